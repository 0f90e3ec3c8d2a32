import { caddyLog, startCaddy } from "../caddy";
import { dial, FAMILIES } from "../clients";
import { sleep, type Running } from "../processes";
import { describeWith, NEEDS } from "../programs";
import { startHaproxy } from "../receivers/haproxy";
import type { Receiver } from "../receivers/seen";
import { ADDRESSES } from "../world";
import { ALL_LINES, EDGE_NEEDS, makeStage, type Stage } from "./stage";
import { mannersOf, session } from "./talk";

describeWith([...EDGE_NEEDS, NEEDS.haproxy], "silent clients, and a mailbox that goes and comes, through one Caddy", () => {
  let stage: Stage;
  let haproxy: Receiver;
  let caddy: Running;

  beforeAll(async () => {
    stage = await makeStage({ ...ALL_LINES, EDGE_WEB: "mail-only" });
    haproxy = await startMailbox();
    caddy = await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());

  const startMailbox = (without = ""): Promise<Receiver> =>
    startHaproxy(stage.world.mailbox, {
      ...{ folder: stage.world.folder, certificate: stage.certificate },
      listeners: stage.mail.filter(({ line }) => line !== without),
    });
  const greetAll = () => dial(stage.world.client, stage.mail.map((one) => session(ADDRESSES.edge4, one, { forMs: 9000 })));

  test("a client that says nothing is greeted at once, and after longer than any matcher waits it can still go on", async () => {
    const answers = await dial(
      stage.world.client,
      FAMILIES.flatMap(({ edge }) => stage.mail.map((one) => session(edge, one, { forMs: 9000, silentMs: 4000 }))),
    );
    for (const [index, { text, firstByteMs, error }] of answers.entries()) {
      const one = stage.mail[index % stage.mail.length];
      expect(error).toBeUndefined();
      expect(text).toMatch(mannersOf(one).greeting);
      expect(text).toContain(mannersOf(one).farewell);
      // Where the client speaks first, with TLS, the greeting comes after that.
      expect(firstByteMs).toBeLessThan(one.tls === "implicit" ? 5000 : 1000);
    }
  });

  test("the mailbox registers again with another address: the next connections find it there", async () => {
    const { world, wire, resolver } = stage;
    await world.mailbox.removeAddress("tailnet", ADDRESSES.mailbox, 10);
    await world.mailbox.addAddress("tailnet", ADDRESSES.mailboxAgain, 10);
    await resolver.answer({ [wire.mailbox.host]: [ADDRESSES.mailboxAgain] });
    for (const { text, port } of await greetAll()) expect(text).toContain(`haproxy sees ${ADDRESSES.client4} ${port}`);
    expect(caddy.alive).toBe(true);
  });

  test("refused for 2 s, then taken: clients that came meanwhile are greeted; a line that stays away is closed and logged", async () => {
    await haproxy.stop();
    const began = Date.now();
    const answers = greetAll();
    await sleep(2000);
    haproxy = await startMailbox("smtp");
    for (const [index, { text, firstByteMs, closedMs }] of (await answers).entries()) {
      const one = stage.mail[index];
      if (one.line === "smtp") {
        expect(text).toBe("");
        expect(closedMs).toBeGreaterThan(4000);
        expect(closedMs).toBeLessThan(8000);
      } else {
        expect(text).toMatch(mannersOf(one).greeting);
        expect(firstByteMs).toBeGreaterThan(1500);
      }
    }
    const failed = caddyLog(caddy).filter(({ level, ts }) => level === "error" && Number(ts) * 1000 > began + 3000);
    expect(failed.map(({ error }) => error)).toContainEqual(expect.stringMatching(/dial tcp.*:25: connect: connection refused/));
  });
});
