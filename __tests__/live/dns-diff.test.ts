import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderZones, zonesOf, type DnsPlan } from "../../lib/dns";
import { compiled } from "../compiled";
import { planOf } from "../dns/zones";
import { NSD, startNsd, type ZoneTexts } from "./nsd";
import type { Result, Running } from "./processes";
import { describeWith, NEEDS } from "./programs";
import { makeWorld, type World } from "./world";

const CONTRACT = { MAIL_DOMAIN: "one.test,two.test", MAIL_EGRESS: "203.0.113.9", STALWART_SMARTHOST: "direct", TS_TAILNET: "tail0000.ts.net", EDGE_IPV4: "192.0.2.25", PUBLIC_LINES: "smtp,submissions,imaps", TAILNET_LINES: "imap" };
/** Both are the machine's own: the servers that have the zones, and the "public" resolver. */
const [AUTHORITY, RESOLVER] = ["127.0.0.1", "127.0.0.2"];
const SERVERS = `at ns.root.test and at ${RESOLVER}`;

describeWith([NEEDS.namespaces, NEEDS.ip, NEEDS.ss, NSD], "npm run dns -- --diff", () => {
  const program = compiled(["."])("dns/main.js");
  let world: World;
  let plan: DnsPlan;
  let right: ZoneTexts;
  let turn = 0;

  beforeAll(async () => {
    world = await makeWorld();
    plan = planOf(CONTRACT).plan;
    right = Object.fromEntries(zonesOf(plan).map((zone) => [zone.origin, renderZones([zone], plan)]));
  });
  afterAll(() => world?.close());

  /** Serves these zones, and asks. */
  async function diff(authoritative: ZoneTexts, told: ZoneTexts = authoritative, more: Readonly<Record<string, string>> = {}, words: readonly string[] = []): Promise<Result> {
    const folder = join(world.folder, String((turn += 1)));
    mkdirSync(folder);
    writeFileSync(join(folder, ".env"), Object.entries({ ...CONTRACT, DNS_RESOLVERS: RESOLVER, ...more }).map(([name, value]) => `${name}=${value}\n`).join(""));
    const servers: Running[] = [];
    try {
      servers.push(await startNsd(world.client, folder, AUTHORITY, authoritative), await startNsd(world.client, folder, RESOLVER, told, AUTHORITY));
      return await world.client.run(process.execPath, [program, "--diff", "--offline", ...words], { cwd: folder, timeoutMs: 60_000 });
    } finally {
      for (const server of servers) await server.stop();
    }
  }
  /** The lines without what is not compared. */
  const lines = ({ stdout }: Result): string[] => stdout.split("\n").filter((line) => line !== "" && !line.startsWith("not compared")).map((line) => line.replace(/ {2,}/g, " | "));
  const change = (domain: string, from: RegExp, to: string): ZoneTexts => {
    expect(right[domain]).toMatch(from);
    return { ...right, [domain]: right[domain].replace(from, to) };
  };

  test("a zone as npm run dns prints it: nothing differs", async () => {
    const result = await diff(right);
    expect(lines(result)).toEqual([`no difference: one.test, ${SERVERS}`, `no difference: two.test, ${SERVERS}`]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
  });

  test("every planted difference is found, by its line, and nothing else", async () => {
    const planted = change("one.test", /^@ .*MX.*$/m, "");
    const zone = planted["one.test"]
      .replace(/p=none/, "p=reject")
      .concat("$ORIGIN one.test.\n_imap._tcp IN SRV 0 1 143 mail.one.test.\n", '@ IN TXT "v=spf1 mx -all"\n', '@ IN TXT "google-site-verification=abc"\n', "mail IN AAAA 2001:db8::25\n", "www IN A 203.0.113.80\n");
    const result = await diff({ ...right, "one.test": zone });
    expect(lines(result).sort()).toEqual(
      [
        "missing | one.test | MX | 10 mail.one.test",
        "different | _dmarc.one.test | TXT | is \"v=DMARC1; p=reject; rua=mailto:postmaster@one.test\", wanted \"v=DMARC1; p=none; rua=mailto:postmaster@one.test\"",
        "extra | one.test | TXT | v=spf1 mx -all: two SPF records: receivers take neither (RFC 7208 section 4.5); make one of them",
        "extra | _imap._tcp.one.test | SRV | 0 1 143 mail.one.test",
        "extra | mail.one.test | AAAA | 2001:db8::25",
        `no difference: two.test, ${SERVERS}`,
      ].sort(),
    );
    expect(result.code).toBe(2);
  });

  test("what only one of the servers says is on its way", async () => {
    const result = await diff(right, change("two.test", /p=none/, "p=quarantine"));
    expect(lines(result)).toEqual([expect.stringMatching(/^different \| _dmarc\.two\.test .* \| only at the public resolver: still propagating$/), `no difference: one.test, ${SERVERS}`]);
    expect(result.code).toBe(2);
    expect(lines(await diff(change("two.test", /p=none/, "p=quarantine"), right))).toContainEqual(expect.stringMatching(/ \| only at the zone's own servers$/));
  });

  test("an SPF record that costs receivers too many look-ups through what it includes", async () => {
    const more = { DNS_SPF_ALSO: "include:spf.relay.test" };
    const whole = planOf({ ...CONTRACT, ...more }).plan;
    const zones = Object.fromEntries(zonesOf(whole).map((zone) => [zone.origin, renderZones([zone], whole)]));
    const chain = (last: number): ZoneTexts => ({ ...zones, "relay.test": Array.from({ length: last }, (_, n) => `${n === 0 ? "spf" : `spf${n}`} IN TXT "v=spf1 ${n === last - 1 ? "ip4:198.51.100.1" : `include:spf${n + 1}.relay.test`} -all"`).join("\n") });
    expect((await diff(chain(10), chain(10), more)).code).toBe(0);
    const result = await diff(chain(11), chain(11), more);
    expect(lines(result).filter((line) => line.startsWith("different | one.test"))).toEqual([expect.stringMatching(/receivers give up on this SPF record \(RFC 7208 section 4\.6\.4\): 11 look-ups, 10 are allowed$/)]);
    expect(result.code).toBe(2);
  });

  test("as JSON, and of one domain", async () => {
    const { code, stdout } = await diff(change("one.test", /^@ .*MX.*$/m, ""), right, {}, ["--json", "--domain", "one.test"]);
    expect(JSON.parse(stdout)).toMatchObject({ zones: [{ zone: "one.test", servers: ["ns.root.test"], differences: [{ kind: "missing", name: "one.test", type: "MX", seen: "authoritative" }], unanswered: [] }] });
    expect(code).toBe(2);
  });

  test("fails in words where nobody answers, and where nobody has the domain", async () => {
    const silent = await diff(right, right, { DNS_RESOLVERS: "127.0.0.9" });
    expect(lines(silent)).toContainEqual(expect.stringMatching(/^error \| one\.test .* 127\.0\.0\.9 is not reached/));
    expect(silent.code).toBe(1);
    const { "two.test": _, ...less } = right;
    const lost = await diff(less);
    expect(lines(lost)).toContainEqual(expect.stringMatching(/^error \| two\.test .*no name server answers for two\.test/));
    expect(lost.code).toBe(1);
  });
});
