import { describeWith, NEEDS } from "../programs";
import { sleep, until } from "../processes";
import { ADDRESSES } from "../world";
import { list } from "./api";
import { ADMIN, CLOSED_STALWART, MAILBOX_NEEDS, makeMailbox, NEIGHBOUR, type MailboxStage } from "./stage";

const CHAIN = "/run/tls/fullchain.pem";

describeWith([...MAILBOX_NEEDS, NEEDS.stalwart], "a running Stalwart", () => {
  let stage: MailboxStage;
  let edge: string;

  beforeAll(async () => {
    stage = await makeMailbox(CLOSED_STALWART);
    edge = stage.wire.edges[0].host;
    await up();
  });
  afterAll(() => stage?.world.close());

  const up = (): Promise<void> => stage.container.up(stage.ports);
  const trusted = async (): Promise<unknown> => (await list(stage, "NetworkListener")).find(({ name }) => name === "smtp")?.overrideProxyTrustedNetworks;

  describe("health", () => {
    test("is good while all is", async () => expect(await stage.container.health()).toMatchObject({ code: 0, stdout: "" }));
    test("is bad while PostgreSQL is frozen, and good again after", async () => {
      stage.postgres.signal("SIGSTOP");
      const { code, stdout } = await stage.container.health();
      stage.postgres.signal("SIGCONT");
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/^waiting: PostgreSQL \(\S+:\d+\)\n$/) as string });
      await until("health", async () => (await stage.container.health()).code === 0);
    });
    test("is bad while PostgreSQL is away, and good again after", async () => {
      await stage.postgres.stop();
      const { code, stdout } = await stage.container.health();
      await stage.postgres.start();
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/^waiting: PostgreSQL \(\S+:\d+\)\n$/) as string });
      await until("health", async () => (await stage.container.health()).code === 0);
    });
  });

  describe("leaves, and starts right again, when", () => {
    const left = async (): Promise<string> => {
      const log = await stage.container.untilLeft();
      expect(log).toContain("start: the server ended, exit code 75");
      return log;
    };

    test("the edge has another address: the new one is trusted, the old one no longer allowed", async () => {
      await stage.names.answer({ ...stage.answers, [edge]: ["100.64.0.5"] });
      expect(await left()).toContain(`start: the edges moved: ${edge} ${ADDRESSES.edgeTailnet} -> ${edge} 100.64.0.5; starting again`);
      await up();
      expect(await trusted()).toEqual({ "100.64.0.5": true });
      const allowed = (await list(stage, "AllowedIp")).map(({ address }) => address);
      expect(allowed).toContain("100.64.0.5");
      expect(allowed).not.toContain(ADDRESSES.edgeTailnet);
    });

    test("an edge that was gone is there again: until then the others are served", async () => {
      await stage.container.down();
      await stage.names.answer({ ...stage.answers, [edge]: [] });
      await up();
      expect(stage.container.log()).toContain(`start: ${edge} has no address; going on without it, and starting again when it has one\n`);
      expect(await trusted()).toEqual({ "192.0.2.1": true });
      expect(await stage.world.edge.run("curl", ["-sS", "-k", "-m", "5", "--interface", NEIGHBOUR, "-u", `${ADMIN.address}:${ADMIN.password}`, `imaps://${ADDRESSES.mailbox}:993/INBOX`])).toMatchObject({ code: 0 });
      await stage.names.answer(stage.answers);
      expect(await left()).toContain(`start: the edges moved: ${edge} 192.0.2.1 -> ${edge} ${ADDRESSES.edgeTailnet}`);
      await up();
      expect(await trusted()).toEqual({ [ADDRESSES.edgeTailnet]: true });
    });

    test("a name that stops answering is no news", async () => {
      await stage.names.answer({ ...stage.answers, [edge]: [] });
      await sleep(4000);
      expect(stage.container.running.alive).toBe(true);
      await stage.names.answer(stage.answers);
    });

    test("the network namespace was replaced", async () => {
      await stage.container.overwrite("/netns/id", "second\n");
      expect(await left()).toContain("start: the network namespace was replaced; starting again");
      await up();
    });

    test("the certificate's files changed", async () => {
      await stage.container.overwrite(CHAIN, `${stage.container.read(CHAIN)}\n`);
      expect(await left()).toContain("start: the certificate's files changed; starting again");
      await up();
    });
  });
});
