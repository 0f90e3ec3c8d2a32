import { mailServerOf } from "../../lib/mailbox/select";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";

test.each(["stalwart", "maddy"] as const)("MAIL_SERVER=%s", (name) => {
  const one = deployment({ MAIL_SERVER: name });
  const server = mailServerOf(one, makeWire(one));
  expect(server).toMatchObject({ name, image: one.mailbox.image });
  const paths = server.files.map(({ path }) => path);
  expect(paths).toContain(server.entrypoint[1]);
  expect(paths).toContain(server.healthCommand[1]);
});
