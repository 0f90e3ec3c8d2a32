import { createSocket, type Socket } from "node:dgram";
import { lookupAt, reverseName, serverOf } from "../../lib/dns";
import { authorityOf } from "../../lib/dns/authority";
import { caaText } from "../../lib/dns/resolver";
import { readTlsa } from "../../lib/dns/tlsa-query";

test.each([
  ["192.0.2.53", { address: "192.0.2.53", port: 53 }],
  ["127.0.0.1:5353", { address: "127.0.0.1", port: 5353 }],
  ["2001:db8::53", { address: "2001:db8::53", port: 53 }],
  ["[::1]:5353", { address: "::1", port: 5353 }],
])("%s is a name server", (text, server) => expect(serverOf(text)).toEqual(server));
test.each(["dns.test", "192.0.2.53:0", "192.0.2.53:70000", "[192.0.2", ""])("refuses %j", (text) => expect(() => serverOf(text)).toThrow(/is no name server/));

/** An answer to any question: a header with the code, the question as it came, and ready answers. */
const reply = (question: Buffer, code: number, count = 0, answers: Buffer = Buffer.alloc(0)): Buffer => {
  const end = question.indexOf(0, 12) + 5;
  return Buffer.concat([question.subarray(0, 2), Buffer.from([0x84, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]), question.subarray(12, end), answers]);
};
const tlsa = (data: string) => {
  const bytes = Buffer.from(data, "hex");
  return Buffer.concat([Buffer.from([0xc0, 12, 0, 52, 0, 1, 0, 0, 0, 60, 0, bytes.length]), bytes]);
};

describe("a name server", () => {
  let socket: Socket;
  let answer: (question: Buffer) => Buffer | undefined;
  let server: string;
  beforeAll((done) => {
    socket = createSocket("udp4").on("message", (question, { address, port }) => {
      const message = answer(question);
      if (message) socket.send(message, port, address);
    });
    socket.bind(0, "127.0.0.1", () => {
      server = `127.0.0.1:${socket.address().port}`;
      done();
    });
  });
  afterAll((done) => void socket.close(done));

  test.each([["TXT"], ["CAA"], ["TLSA"]] as const)("%s of a name that is not there: nothing", async (type) => {
    answer = (question) => reply(question, 3);
    expect(await lookupAt([server])("_x.one.test", type)).toEqual([]);
  });
  test.each([["TXT"], ["TLSA"]] as const)("%s of a name without one: nothing", async (type) => {
    answer = (question) => reply(question, 0);
    expect(await lookupAt([server])("one.test", type)).toEqual([]);
  });
  test("TLSA records, whatever stands between them", async () => {
    const alias = Buffer.from([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 12]);
    answer = (question) => reply(question, 0, 3, Buffer.concat([alias, tlsa(`030101${"ab".repeat(32)}`), tlsa(`030100${"cd".repeat(4)}`)]));
    expect(await lookupAt([server])("_25._tcp.one.test", "TLSA")).toEqual([`3 1 0 ${"cd".repeat(4)}`, `3 1 1 ${"ab".repeat(32)}`]);
  });
  test.each([["TXT", 2, /answers SERVFAIL.*, asked for TXT of one\.test$/], ["TLSA", 2, /answers SERVFAIL.*, asked for TLSA/], ["TLSA", 5, /refuses to answer/], ["TXT", 5, /refuses to answer/]] as const)("fails for %s with code %i in one line", async (type, code, said) => {
    answer = (question) => reply(question, code);
    await expect(lookupAt([server])("one.test", type)).rejects.toThrow(said);
  });
  test.each(["TXT", "TLSA"] as const)("fails for %s in time when nobody answers", async (type) => {
    answer = () => undefined;
    await expect(lookupAt([server], 0.3)("one.test", type)).rejects.toThrow(/does not answer in time, asked for/);
  });
  test("fails where nobody listens", async () => {
    await expect(lookupAt(["127.0.0.1:1"], 1)("one.test", "TLSA")).rejects.toThrow(/is not reached/);
    await expect(lookupAt(["127.0.0.1:1"], 1)("one.test", "A")).rejects.toThrow(/is not reached/);
  });
  test("the next server is asked when one fails", async () => {
    answer = (question) => reply(question, 0, 1, tlsa("03010112"));
    expect(await lookupAt(["127.0.0.1:1", server], 1)("one.test", "TLSA")).toEqual(["3 1 1 12"]);
  });
});

test.each([
  ["one that is cut off", Buffer.from([0, 1, 0x86, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ["one that promises more than it has", Buffer.from([0, 1, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0])],
])("fails to read %s", (_what, message) => expect(() => readTlsa(message)).toThrow());

describe("who has a zone", () => {
  const lookup = (records: Record<string, string[]>) => async (name: string, type: string) => records[`${name} ${type}`] ?? [];
  test("is found above the name", async () => {
    const { names } = await authorityOf("mail.sub.one.test", lookup({ "one.test NS": ["ns.one.test"], "ns.one.test A": ["192.0.2.53"], "test NS": ["root.test"] }));
    expect(names).toEqual(["ns.one.test"]);
  });
  test("fails when nobody has it: a top-level domain's servers do not count", () => expect(authorityOf("one.test", lookup({ "test NS": ["root.test"] }))).rejects.toThrow(/no name server answers for one\.test/));
  test("fails when its servers have no address", () => expect(authorityOf("one.test", lookup({ "one.test NS": ["ns.one.test"] }))).rejects.toThrow(/ns\.one\.test\) have no address/));
});

test.each([
  ["192.0.2.25", "25.2.0.192.in-addr.arpa"],
  ["2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"],
  ["::1", `1.${"0.".repeat(31)}ip6.arpa`],
  ["1:2:3:4:5:6:7:8", "8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa"],
  ["2001:db8::192.0.2.1", `1.0.2.0.0.0.0.c.${"0.".repeat(16)}8.b.d.0.1.0.0.2.ip6.arpa`],
])("the reverse name of %s", (address, name) => expect(reverseName(address)).toBe(name));

test.each([
  ["22", { critical: 0, issue: "ca.example" }, '0 issue "ca.example"'],
  ["24, which says the type too", { type: "CAA", critical: 128, issuewild: ";" }, '128 issuewild ";"'],
])("a CAA record as Node.js %s gives it", (_, record, text) => expect(caaText(record)).toBe(text));
