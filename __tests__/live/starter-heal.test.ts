import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { HOST, ENGINE, IMAGE, docker } from "./engine";
import { describeWith } from "./programs";

const SCRIPT = join(__dirname, "../../lib/docker/starter.sh");
const NAME = `tailwart-live-heal-${process.pid}`;
const name = (what: string): string => `${NAME}-${what}`;
// The engine remembers 256 events, and each look of a health check is three: hence no shorter interval than two seconds.
const ALL = ["owner", "hung", "hangs", "waits", "paused", "stopping", "stopped", "replaced", "joiner", "often"];

/** Leaves a beat, as a server that answers; deaf to SIGTERM where a stop has to take its whole grace. */
const main = (deaf: boolean): string =>
  `rm -f /tmp/hang /tmp/away; ${deaf ? "trap '' TERM; " : ""}echo $$ >/tmp/pid; while :; do cut -d. -f1 /proc/uptime >/tmp/beat.new; mv /tmp/beat.new /tmp/beat; sleep 0.3; done`;
const HEALTH = `[ ! -e /tmp/hang ] || sleep 60; [ ! -e /tmp/away ] || { echo 'waiting: the database'; exit 1; }; now=$(cut -d. -f1 /proc/uptime); [ $((now - $(cat /tmp/beat))) -le 3 ] || { echo 'no beat'; exit 1; }`;

function run(what: string, { network = "none", health = HEALTH, deaf = false }: { network?: string; health?: string; deaf?: boolean } = {}): void {
  const checked = ["--health-cmd", health, "--health-interval", "2s", "--health-timeout", "4s", "--health-retries", "2", "--health-start-period", "5s"];
  const { status, stderr } = docker("run", "-d", "--name", name(what), "--init", "--network", network, "--restart", "unless-stopped", ...checked, "--entrypoint", "/bin/sh", IMAGE, "-c", main(deaf));
  if (status !== 0) throw new Error(stderr);
}
const inspect = (what: string, format: string): string => docker("inspect", "-f", format, name(what)).stdout.trim();
const started = (what: string): string => inspect(what, "{{.State.StartedAt}}");
const state = (what: string): string => inspect(what, "{{.State.Status}} {{.State.Health.Status}}");
const within = (what: string, script: string): void => void docker("exec", name(what), "/bin/sh", "-c", script);
const freeze = (what: string): void => within(what, "kill -STOP $(cat /tmp/pid)");

async function until(what: string, check: () => boolean, seconds: number): Promise<number> {
  const begun = Date.now();
  while (!check()) {
    if (Date.now() - begun > seconds * 1000) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(200);
  }
  return (Date.now() - begun) / 1000;
}

describeWith([ENGINE], "the starter and what is unhealthy, on a real engine", () => {
  const notes = mkdtempSync(join(tmpdir(), "tailwart-heal-"));
  let starter: ChildProcess;
  let said = "";
  const lines = (what: string): string[] => said.split("\n").filter((line) => line.startsWith(`starter: ${name(what)} `));

  beforeAll(async () => {
    run("owner");
    for (const what of ["hung", "hangs", "waits", "paused", "stopped", "replaced"]) run(what);
    run("stopping", { deaf: true });
    run("joiner", { network: `container:${name("owner")}` });
    run("often", { health: "echo broken; exit 1" });
    const environment = { DOCKER_HOST: HOST, BEAT: join(notes, "beat"), NOTES: notes, SELF: "", FAST: "1", SECONDS_FAST: "600", GRACE: "2", UNPROVEN: "1", PAUSES: "0 1 3600" };
    starter = spawn("sh", [SCRIPT, ...ALL.map(name)], { env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "pipe"] });
    starter.stderr?.on("data", (data: Buffer) => (said += data.toString()));
    await until("all healthy", () => ALL.filter((what) => what !== "often").every((what) => state(what) === "running healthy"), 40);
    await pause(2500);
  }, 120_000);
  afterAll(() => {
    starter.kill("SIGTERM");
    docker("rm", "-f", ...ALL.map(name));
    rmSync(notes, { recursive: true, force: true });
  }, 60_000);

  test.each([
    ["a program that SIGSTOP holds", "hung", () => freeze("hung"), /has been restarted \(1 within 60 min\): no beat$/],
    ["a health command that hangs", "hangs", () => within("hangs", "touch /tmp/hang"), /its health command does not come back in 4s$/],
    ["a joiner, and not the owner of its namespace", "joiner", () => freeze("joiner"), /no beat$/],
  ])("restarts %s", async (_, what, break_, why) => {
    const [before, owner] = [started(what), started("owner")];
    break_();
    await until(`${what} healthy again`, () => started(what) !== before && state(what) === "running healthy", 60);
    expect(lines(what)[0]).toMatch(why);
    expect(started("owner")).toBe(owner);
  }, 90_000);

  test("leaves alone what waits for another, which recovers by itself", async () => {
    const before = started("waits");
    within("waits", "touch /tmp/away");
    await until("the line", () => lines("waits").length > 0, 30);
    await pause(4000);
    expect(lines("waits")).toEqual([`starter: ${name("waits")} is unhealthy and waits for the database; a restart would not help, left alone`]);
    within("waits", "rm /tmp/away");
    await until("healthy", () => lines("waits").length > 1, 20);
    expect([started("waits"), lines("waits")[1]]).toEqual([before, `starter: ${name("waits")} is healthy again`]);
  }, 80_000);

  test("leaves alone what a person has paused", async () => {
    const before = started("paused");
    docker("pause", name("paused"));
    await until("the line", () => lines("paused").length > 0, 40);
    await pause(4000);
    expect([lines("paused"), started("paused"), inspect("paused", "{{.State.Status}}")]).toEqual([[`starter: ${name("paused")} is paused; left alone`], before, "paused"]);
    docker("unpause", name("paused"));
    await until("healthy", () => lines("paused").length > 1, 20);
    expect(started("paused")).toBe(before);
  }, 80_000);

  test("leaves alone what a person stops, also while the stop takes its time", async () => {
    const before = started("stopping");
    docker("stop", "-t", "1", name("stopped"));
    freeze("stopping");
    const stop = spawn("docker", ["-H", HOST, "stop", "-t", "14", name("stopping")], { stdio: "ignore" });
    await new Promise((resolve) => stop.once("close", resolve));
    await pause(4000);
    expect(["stopping", "stopped"].map((what) => inspect(what, "{{.State.Status}}"))).toEqual(["exited", "exited"]);
    expect([started("stopping"), lines("stopped")]).toEqual([before, []]);
    expect(lines("stopping")).toEqual([`starter: ${name("stopping")} is unhealthy and has been told to stop; left alone`]);
  }, 80_000);

  test("leaves alone what is being replaced", async () => {
    const remove = spawn("docker", ["-H", HOST, "rm", "-f", name("replaced")], { stdio: "ignore" });
    await new Promise((resolve) => remove.once("close", resolve));
    await pause(2500);
    run("replaced");
    const fresh = started("replaced");
    await until("healthy", () => state("replaced") === "running healthy", 20);
    expect([lines("replaced"), started("replaced")]).toEqual([[], fresh]);
  }, 60_000);

  test("stops where restarts do not help", async () => {
    await until("two restarts", () => lines("often").filter((line) => line.includes("has been restarted")).length === 2, 90);
    const last = started("often");
    await until("unhealthy once more", () => state("often") === "running unhealthy", 40);
    await pause(6000);
    expect(started("often")).toBe(last);
    expect(lines("often").filter((line) => line.includes("has been restarted"))).toHaveLength(2);
  }, 180_000);
});
