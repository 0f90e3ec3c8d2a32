import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { askMailbox } from "../../lib/dns/ask";
import { dkimIn } from "../../lib/dns/ask-stalwart";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";

test.each<[what: string, zone: string, found: object[]]>([
  ["one line", 'S1._domainkey.one.test. IN TXT "v=DKIM1; p=abc"', [{ name: "s1._domainkey.one.test", text: "v=DKIM1; p=abc" }]],
  ["several strings", 's1._domainkey.one.test. 300 IN TXT "v=DKIM1; " "p=abc"', [{ name: "s1._domainkey.one.test", text: "v=DKIM1; p=abc" }]],
  ["several lines", 's1._domainkey.one.test. IN TXT (\n  "v=DKIM1; "\n  "p=abc"\n)\none.test. IN TXT "v=spf1 mx -all"', [{ name: "s1._domainkey.one.test", text: "v=DKIM1; p=abc" }]],
  ["what is quoted", 's1._domainkey.one.test. IN TXT "n=a\\"b\\\\; p=abc"', [{ name: "s1._domainkey.one.test", text: 'n=a"b\\; p=abc' }]],
  ["nothing of the kind", 'one.test. IN MX 10 mail.one.test.\n_dmarc.one.test. IN TXT "v=DMARC1; p=reject"', []],
])("keys in a zone file: %s", (_what, zone, found) => expect(dkimIn(zone)).toEqual(found));

/** A docker command that leads to a server of the test, or to a file of a container that is not there. */
const DOCKER = `#!/bin/sh
case "$*" in
*" nc 127.0.0.1 "*) exec "$NODE" -e 'const s = require("net").connect(+process.env.PORT, "127.0.0.1"); process.stdin.pipe(s); s.pipe(process.stdout); s.on("error", (e) => { console.error(e.message); process.exit(1); })' ;;
*" tailwart-stalwart-maddy cat /data/dkim_keys/one.test_default.dns") echo "v=DKIM1; k=rsa; p=abc" ;;
*) echo "Error response from daemon: No such container" >&2; exit 1 ;;
esac
`;

describe("asking the running mailbox", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-docker-"));
  let server: Server;
  let answer: { status: number; body: string };
  let environment: NodeJS.ProcessEnv;
  beforeAll((done) => {
    writeFileSync(join(folder, "docker"), DOCKER);
    chmodSync(join(folder, "docker"), 0o755);
    server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body)).listen(0, "127.0.0.1", () => {
      environment = { PATH: [folder, process.env.PATH].join(delimiter), NODE: process.execPath, PORT: String((server.address() as AddressInfo).port) };
      done();
    });
  });
  afterAll((done) => {
    rmSync(folder, { recursive: true, force: true });
    server.close(done);
  });
  const ask = (overrides: Record<string, string>, more: NodeJS.ProcessEnv = {}) => {
    const one = deployment(overrides);
    return askMailbox(one, makeWire(one), folder, { ...environment, ...more });
  };

  test("maddy: the key of each domain; for one that cannot be read the reason", async () => {
    const MADDY = { MAIL_SERVER: "maddy" };
    expect(await ask(MADDY)).toEqual({ dkim: [{ name: "default._domainkey.one.test", text: "v=DKIM1; k=rsa; p=abc" }], reasons: {} });
    expect(await ask({ ...MADDY, MAIL_DOMAIN: "two.test" })).toEqual({ reasons: expect.objectContaining({ dkim: "maddy was asked and did not say: Error response from daemon: No such container" }) as object });
  });
  test("Stalwart without its password: that is the reason", async () =>
    expect((await ask({})).reasons?.dkim).toBe("stalwart was asked and did not say: STALWART_ADMIN_PASSWORD: it is not set, and this command needs it; set it in .env"));
  test("the certificate for TLSA, when nobody shows one", async () => {
    answer = { status: 200, body: "" };
    const { certificates, reasons } = await ask({ DNS_TLSA: "true", STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail" });
    expect(certificates).toBeUndefined();
    expect(reasons?.certificates).toMatch(/^stalwart was asked and did not say: /);
  });
});
