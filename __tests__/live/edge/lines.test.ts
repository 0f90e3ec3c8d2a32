import { MAIL_LINES, type Listener } from "../../../lib/wire";
import { caddyLog, portsOf, startCaddy } from "../caddy";
import { dial, FAMILIES, type Job } from "../clients";
import type { Running } from "../processes";
import { describeWith, NEEDS } from "../programs";
import { startHaproxy } from "../receivers/haproxy";
import type { Receiver } from "../receivers/seen";
import { ADDRESSES } from "../world";
import { ALL_LINES, EDGE_NEEDS, makeStage, type Stage } from "./stage";
import { expectSeen, mannersOf, session } from "./talk";

const FORGED = "198.51.100.77";
const FORGED_LINE = Buffer.from(`PROXY TCP4 ${FORGED} ${ADDRESSES.edge4} 1111 25\r\n`).toString("base64");
/** 198.51.100.77:1111 to 203.0.113.25:25 (PROXY protocol specification, section 2.2) */
const FORGED_BINARY = Buffer.from("0d0a0d0a000d0a515549540a2111000cc633644dcb00711904570019", "hex").toString("base64");

describeWith([...EDGE_NEEDS, NEEDS.haproxy], "every mail line through a mail-only edge to HAProxy", () => {
  let stage: Stage;
  let haproxy: Receiver;
  let caddy: Running;

  beforeAll(async () => {
    stage = await makeStage({ ...ALL_LINES, EDGE_WEB: "mail-only" });
    const { world, mail, certificate, config } = stage;
    haproxy = await startHaproxy(world.mailbox, { folder: world.folder, listeners: mail, certificate });
    caddy = await startCaddy(world, config);
  });
  afterAll(() => stage?.world.close());

  const listener = (line: string): Listener => stage.mail.find((one) => one.line === line) as Listener;

  describe.each(FAMILIES)("over $family", ({ edge, client }) => {
    test.each(MAIL_LINES)("%s: HAProxy tells the client its own address and port, and logs them", async (line) => {
      const [{ text, address, port }] = await dial(stage.world.client, [session(edge, listener(line))]);
      expect(text).toMatch(mannersOf(listener(line)).greeting);
      expect(text).toContain(`haproxy sees ${client} ${port}`);
      expect(address).toBe(client);
      await expectSeen(haproxy, { line, address: client, port: String(port) });
    });
  });

  test("a client's own PROXY header, of either version, changes on no line what HAProxy sees", async () => {
    const forged = (before: string): Job[] => stage.mail.map((one) => session(ADDRESSES.edge4, one, { before, forMs: 3000 }));
    const jobs = [FORGED_LINE, FORGED_BINARY].flatMap(forged);
    const answers = await dial(stage.world.client, jobs);
    for (const [index, { port, text, certificate }] of answers.entries()) {
      const { line, tls } = stage.mail[index % stage.mail.length];
      await expectSeen(haproxy, { line, address: ADDRESSES.client4, port: String(port) });
      // TLS does not begin with such bytes: HAProxy ends these connections.
      if (tls === "implicit") expect(certificate).toBeUndefined();
      else expect(text).toContain(`haproxy sees ${ADDRESSES.client4} ${port}`);
    }
    expect(haproxy.seen().filter(({ address }) => address === FORGED)).toEqual([]);
  });

  test("without a header HAProxy greets nobody: what it logged came by PROXY", async () => {
    const before = Buffer.from("\r\n").toString("base64");
    const jobs = stage.mail.map((one) => session(ADDRESSES.mailbox, one, { before, forMs: 3000 }));
    const answers = await dial(stage.world.edge, jobs);
    expect(answers).toHaveLength(MAIL_LINES.length);
    for (const { text, certificate } of answers) expect({ text, certificate }).toEqual({ text: "", certificate: undefined });
  });

  test("the edge listens on its lines and on nothing else: no HTTPS, no admin API", async () => {
    const sockets = await stage.world.edge.must("ss", ["-Hltnp"]);
    const ofCaddy = sockets.split("\n").filter((line) => line.includes(`pid=${caddy.pid},`));
    const open = ofCaddy.map((line) => Number(/:(\d+)\s/.exec(line)?.[1]));
    expect(open.sort()).toEqual(portsOf(stage.config).sort());
    expect(open).not.toContain(443);
    const refused = await dial(stage.world.client, FAMILIES.map(({ edge }) => ({ host: edge, port: 443, forMs: 3000 })));
    expect(refused.map(({ error }) => error)).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);
  });

  test("Caddy warns of nothing but its missing admin API, and writes no file", async () => {
    const warnings = caddyLog(caddy).filter(({ level }) => level === "warn");
    expect(warnings.map(({ msg }) => msg)).toEqual(["admin endpoint disabled"]);
    const folder = `${stage.world.folder}/caddy`;
    expect((await stage.world.edge.must("find", [folder, "-type", "f"])).trim()).toBe(`${folder}/caddy.json`);
  });
});
