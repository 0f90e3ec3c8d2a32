import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assetPath } from "../../../lib/asset";
import { caddyJson } from "../../../lib/edge/caddy";
import { caddyEnvironment } from "../caddy";
import { sleep, until, type Running } from "../processes";
import { describeWith, NEEDS, pathOf, type Need } from "../programs";
import { ADDRESSES } from "../world";
import { EDGE_NEEDS, makeStage, type Stage } from "./stage";

const BUSYBOX: Need = { name: "busybox", hint: "apt-get install busybox-static" };
const HOLD = `const socket = require("node:net").connect(25, "${ADDRESSES.edge4}");
socket.on("data", (data) => process.stdout.write(data)).on("close", () => process.exit());
setInterval(() => socket.write("NOOP\\r\\n"), 500);`;
const FLOOD = `const held = Array.from({ length: 1500 }, () => require("node:net").connect(25, "${ADDRESSES.edge4}").on("error", () => {}));
setTimeout(() => held.forEach((one) => one.destroy()) || process.exit(), 4000);`;

/** Seconds until it is so. */
const secondsUntil = async (what: string, check: () => Promise<boolean>, timeoutMs = 20_000): Promise<number> => {
  const began = Date.now();
  await until(what, check, { timeoutMs });
  return (Date.now() - began) / 1000;
};

describeWith([...EDGE_NEEDS, BUSYBOX], "the gate in front of the mail lines", () => {
  let stage: Stage;
  let edge: Running;
  let mailbox: Running;
  let env: Record<string, string>;
  const inFolder = (name: string): string => join(stage.world.folder, name);
  const mode = (word: string): void => writeFileSync(inFolder("mode"), word);
  const log = (name: string): string => inFolder(`${name}.log`);
  const startMailbox = async (): Promise<Running> => {
    const running = await stage.world.mailbox.start(process.execPath, [join(__dirname, "demanding.js"), "25", inFolder("mode")], { log: log("mailbox") });
    await stage.world.mailbox.untilListening([25], running);
    return running;
  };
  const startEdge = (before = "true"): Promise<Running> =>
    stage.world.edge.start("busybox", ["sh", "-c", `${before}; exec busybox sh ${assetPath("edge/image/run.sh")} 25`], { log: log("edge"), env });
  const isOpen = (): Promise<boolean> => stage.world.edge.listening(25);
  const isClosed = async (): Promise<boolean> => !(await isOpen());
  const health = () => stage.world.edge.run("busybox", ["sh", assetPath("edge/image/health.sh"), "25"], { env });
  const greeted = async (): Promise<boolean> =>
    (await stage.world.client.run("busybox", ["sh", "-c", `{ sleep 0.5; printf 'QUIT\\r\\n'; } | busybox nc -w 2 ${ADDRESSES.edge4} 25`])).stdout.startsWith("220 ");

  beforeAll(async () => {
    stage = await makeStage({ EDGE_WEB: "mail-only" });
    mkdirSync(inFolder("bin"));
    symlinkSync((await stage.world.edge.must("which", ["busybox"])).trim(), inFolder("bin/nc"));
    mkdirSync(inFolder("tmp"));
    writeFileSync(inFolder("edge.json"), caddyJson(stage.config));
    mode("bad");
    env = {
      ...caddyEnvironment(inFolder("caddy")),
      PATH: `${inFolder("bin")}:${process.env.PATH}`,
      EDGE_CONFIG: inFolder("edge.json"),
      EDGE_TMP: inFolder("tmp"),
      EDGE_CADDY: pathOf(NEEDS.caddy),
      EDGE_GATE: assetPath("edge/image/gate.sh"),
      EDGE_GRACE: "1",
    };
    mailbox = await startMailbox();
    edge = await startEdge();
  });
  afterAll(() => stage?.world.close());

  test("stays closed while the mailbox answers 500, says so in its health, and opens at the first 250", async () => {
    await sleep(5000);
    expect(await isClosed()).toBe(true);
    expect(await health()).toMatchObject({ code: 1, stdout: expect.stringMatching(/^waiting: .* answers the edge's probe: 500 5\.5\.1 Invalid command\n$/) });
    mode("good");
    expect(await secondsUntil("the gate to open", isOpen)).toBeLessThan(5);
    expect(await greeted()).toBe(true);
    expect(await health()).toMatchObject({ code: 0 });
  });

  test("a mailbox that is away for 5 s closes nothing", async () => {
    await mailbox.stop("SIGKILL");
    const until5 = Date.now() + 5000;
    while (Date.now() < until5) {
      expect(await isOpen()).toBe(true);
      await sleep(200);
    }
    mailbox = await startMailbox();
    await sleep(3000);
    expect(await isOpen()).toBe(true);
  });

  test("closes at the first 500 and after a changed address, at once, while a session goes on", async () => {
    const session = await stage.world.client.start(process.execPath, ["-e", HOLD], { log: log("session") });
    const answers = (): number => session.output().split("250 ok").length;
    await until("the session's first answers", () => Promise.resolve(answers() > 2));
    mode("bad");
    expect(await secondsUntil("the gate to close", isClosed)).toBeLessThan(7);
    mode("good");
    await until("the gate to open", isOpen, { timeoutMs: 10_000 });
    await stage.world.edge.addAddress("tailnet", "100.64.0.77", 10);
    expect(await secondsUntil("the gate to close", isClosed)).toBeLessThan(3);
    await until("the gate to open", isOpen, { timeoutMs: 10_000 });
    await stage.world.edge.removeAddress("tailnet", "100.64.0.77", 10);
    await sleep(2000);
    await until("the gate to open", isOpen, { timeoutMs: 10_000 });
    const before = answers();
    await until("the session to go on", () => Promise.resolve(answers() > before + 1));
    expect(session.alive).toBe(true);
    await session.stop("SIGKILL");
    expect(edge.output()).toMatch(/edge: mail lines are closed: this edge's tailnet address changed from 100\.64\.0\.1 to 100\.64\.0\.1 100\.64\.0\.77/);
  });

  test("closes after 10 s without any answer, and opens when the mailbox is back", async () => {
    await mailbox.stop("SIGKILL");
    const seconds = await secondsUntil("the gate to close", isClosed, 25_000);
    expect(seconds).toBeGreaterThan(8);
    expect(seconds).toBeLessThan(20);
    expect((await health()).stdout).toContain("waiting: ");
    mailbox = await startMailbox();
    expect(await secondsUntil("the gate to open", isOpen)).toBeLessThan(5);
  });

  test("its probe is a proxy's own health check, not a client", () => expect(mailbox.output()).toContain("LOCAL\n"));

  test("a port whose accept loop ran out of files is greeted on again soon after", async () => {
    await edge.stop();
    edge = await startEdge("ulimit -n 256");
    await until("the gate to open", isOpen, { timeoutMs: 10_000 });
    const worst: number[] = [];
    for (let run = 0; run < Number(process.env.TAILWART_RUNS ?? 1); run += 1) {
      await stage.world.client.must(process.execPath, ["-e", FLOOD], { timeoutMs: 15_000 });
      worst.push(await secondsUntil("a greeting", greeted, 30_000));
    }
    console.info(`after the flood a client is greeted within ${Math.max(...worst)} s, ${worst.length} runs: ${worst.join(" ")}`);
    expect(Math.max(...worst)).toBeLessThan(8);
    expect(edge.output()).toContain("nobody accepts on port 25");
  }, 600_000);
});
