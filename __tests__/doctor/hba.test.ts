import { trusting } from "../../lib/doctor/hba";

const HBA = `# TYPE  DATABASE        USER            ADDRESS                 METHOD
local   all             all                                     scram-sha-256
host    all             all             127.0.0.1/32            trust
host    all             all             127.0.0.1 255.255.255.255 trust # by mask
hostssl all             trust           ::1/128                 scram-sha-256
local   replication     all                                     trust
# host  all             all             0.0.0.0/0               trust
host    all             all             samenet                 scram-sha-256
`;

test("lines that ask nobody, with their numbers; a role of that name and a comment are none", () =>
  expect(trusting(HBA)).toEqual([
    { line: 3, text: "host all all 127.0.0.1/32 trust" },
    { line: 4, text: "host all all 127.0.0.1 255.255.255.255 trust" },
    { line: 6, text: "local replication all trust" },
  ]));
