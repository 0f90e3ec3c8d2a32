import { EDGE_PEER } from "../../../lib/wire";
import { describeWith, NEEDS } from "../programs";
import { until } from "../processes";
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
  const greeting = async (from: string, header = false): Promise<string> => {
    const { stdout } = await stage.world.edge.run("curl", ["-sS", "-m", "3", ...(header ? ["--haproxy-protocol"] : []), "--interface", from, "-X", "NOOP", `smtp://${ADDRESSES.mailbox}:25/probe.client.test`, "-v", "--stderr", "-"]);
    return stdout;
  };

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

  describe("whom the guard lets in", () => {
    const OTHER = "100.64.0.5";
    const tag = (): string => stage.wire.edges[0].tag;
    beforeAll(() => stage.world.edge.addAddress("tailnet", OTHER, 10));

    test("an edge that moves is believed at once, and the server goes on", async () => {
      const { pid } = stage.container.running;
      const before = stage.container.log();
      expect(await greeting(ADDRESSES.edgeTailnet, true)).toMatch(/< 220 /);
      expect(await greeting(OTHER, true)).not.toMatch(/< [25]/);
      await stage.guard.tell([{ name: edge, address: OTHER, tag: tag() }]);
      expect(await greeting(OTHER, true)).toMatch(/< 220 [^]*< 250/);
      // The old one is a stranger now: it gets no answer, above all not a 500.
      expect(await greeting(ADDRESSES.edgeTailnet, true)).not.toMatch(/< [25]/);
      expect({ pid: stage.container.running.pid, starts: stage.container.log().split("start: ").length }).toEqual({ pid, starts: before.split("start: ").length });
    });

    test("an edge that is gone shuts nobody else out", async () => {
      await stage.guard.tell([{ name: "neighbour.tail0000.ts.net", address: NEIGHBOUR }]);
      expect(await stage.world.edge.run("curl", ["-sS", "-k", "-m", "5", "--interface", NEIGHBOUR, "-u", `${ADMIN.address}:${ADMIN.password}`, `imaps://${ADDRESSES.mailbox}:993/INBOX`])).toMatchObject({ code: 0 });
      expect(await greeting(NEIGHBOUR)).toMatch(/< 220 /);
    });

    test("the plan trusts what edges are seen as, and nobody else", async () => {
      expect((await list(stage, "NetworkListener")).find(({ name }) => name === "smtp")?.overrideProxyTrustedNetworks).toEqual({ [EDGE_PEER]: true });
      expect((await list(stage, "AllowedIp")).map(({ address }) => address)).toContain(EDGE_PEER);
    });
  });

  describe("leaves, and starts right again, when", () => {
    const left = async (): Promise<string> => {
      const log = await stage.container.untilLeft();
      expect(log).toContain("start: the server ended, exit code 75");
      return log;
    };

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
