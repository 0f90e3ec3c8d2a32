import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ENGINE, IMAGE, docker } from "./engine";
import { describeWith } from "./programs";

const SCRIPT = join(__dirname, "../../lib/docker/starter.sh");
const HEALTH = join(__dirname, "../../lib/docker/starter-health.sh");
const NAME = `tailwart-live-starter-${process.pid}`;

const [OWNER, JOINER, STOPPED, FOREIGN] = ["owner", "joiner", "stopped", "foreign"].map((what) => `${NAME}-${what}`);
const BEAT = `/tmp/${NAME}-beat`;
const status = (name: string): string => docker("inspect", "-f", "{{.State.Status}}", name).stdout.trim();

/** Runs the starter for some seconds, as its container would. */
function lookAfter(names: readonly string[], seconds: number, environment: Record<string, string> = {}): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn("sh", [SCRIPT, ...names], { env: { ...process.env, BEAT, SELF: "", FAST: "1", ...environment } });
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said += data.toString()));
    const timer = setTimeout(() => child.kill("SIGTERM"), seconds * 1000);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, said });
    });
  });
}

describeWith([ENGINE], "the starter on a real engine", () => {
  const run = (name: string, network: string) => docker("run", "-d", "--name", name, "--init", "--network", network, "--entrypoint", "/bin/sh", IMAGE, "-c", "sleep 600");
  beforeAll(() => {
    run(OWNER, "none");
    for (const name of [JOINER, STOPPED, FOREIGN]) run(name, `container:${OWNER}`);
    docker("stop", "-t", "1", JOINER, STOPPED, FOREIGN, OWNER);
    // What an engine's start leaves: joiners that were tried while the owner was down.
    for (const name of [JOINER, FOREIGN]) docker("start", name);
  }, 60_000);
  afterAll(() => void docker("rm", "-f", OWNER, JOINER, STOPPED, FOREIGN));

  test("waits for the owner", async () => {
    expect(docker("inspect", "-f", "{{.State.Error}}", JOINER).stdout).toContain("cannot join network");
    const { said } = await lookAfter([JOINER, STOPPED], 4);
    expect(said).toBe(`starter: looking after ${JOINER} ${STOPPED}\n`);
    expect(status(JOINER)).toBe("exited");
  }, 20_000);

  test("starts what was given up, once, with a line; not what a person stopped, nor what is not in its list", async () => {
    docker("start", OWNER);
    const { said } = await lookAfter([JOINER, STOPPED], 6);
    expect(said.split("\n").filter((line) => line.includes("started"))).toEqual([expect.stringMatching(new RegExp(`^starter: started ${JOINER}, which the engine had given up: cannot join network`))]);
    expect([JOINER, STOPPED, FOREIGN].map(status)).toEqual(["running", "exited", "exited"]);
  }, 20_000);

  test("once a person has stopped it, it stays so", async () => {
    docker("stop", "-t", "1", JOINER);
    await lookAfter([JOINER, STOPPED], 4);
    expect(status(JOINER)).toBe("exited");
  }, 20_000);

  test("is healthy by the looks that the engine has answered", () => {
    expect(spawnSync("sh", [HEALTH, "60"], { env: { ...process.env, BEAT } }).status).toBe(0);
    const late = spawnSync("sh", [HEALTH, "-1"], { env: { ...process.env, BEAT }, encoding: "utf8" });
    expect([late.status, late.stdout]).toEqual([1, expect.stringMatching(/^no answer of the engine for \d+ s\n$/)]);
    expect(spawnSync("sh", [HEALTH, "60"], { env: { ...process.env, BEAT: `${BEAT}-none` } }).status).toBe(1);
  });

  test("leaves when the engine does not answer, to come back with its socket of now", async () => {
    const { code, said } = await lookAfter([JOINER], 10, { DOCKER_HOST: "unix:///nowhere/docker.sock", PATIENCE: "2" });
    expect(code).toBe(1);
    expect(said).toContain("starter: leaving");
  }, 20_000);
});
