import { appendFileSync, chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, run, Running, sleep, until, type Result } from "../processes";
import { describeWith, pathOf, type Need } from "../programs";

const SHELLCHECK: Need = { name: "shellcheck", hint: "apt-get install shellcheck" };
const ROOT = join(__dirname, "..", "..", "..");
const scripts = ["lib", "lab"].flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".sh")).map((path) => join(folder, path)));

describeWith([SHELLCHECK], "the scripts", () => {
  test.each(scripts)("%s: shellcheck has nothing to say", async (path) => {
    await must(pathOf(SHELLCHECK), ["-x", path], { cwd: ROOT });
  });
});

describe("the namespace's scripts", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-live-namespace-"));
  const id = join(folder, "id");
  const log = join(folder, "log");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const script = (name: string, ...args: string[]): Promise<Running> => Running.start("sh", [join(ROOT, "lib", "docker", name), ...args], { log, env: { NETNS: id } });
  /** Its end as the engine would see it. */
  const codeOf = async (args: string): Promise<string> => (await must("sh", ["-c", `sh ${join(ROOT, "lib/docker/joiner.sh")} ${args}; echo $?`], { env: { NETNS: id } })).trim();

  test("the owner writes a new id at each start, and ends when it is told", async () => {
    const ids = new Set<string>();
    for (let count = 0; count < 3; count++) {
      rmSync(id, { force: true });
      const owner = await script("owner.sh");
      await until("the id", () => readdirSync(folder).includes("id"));
      ids.add(readFileSync(id, "utf8"));
      await owner.stop();
    }
    expect(ids.size).toBe(3);
    expect([...ids].every((one) => one.trim() !== "")).toBe(true);
  });

  test.each([
    ["TERM sh -c 'exit 7'", "7"],
    ["TERM true", "0"],
  ])("the joiner ends as its program does: %s", async (args, code) => expect(await codeOf(args)).toBe(code));

  test("the joiner stops its program with the signal that the program wants", async () => {
    const program = `trap 'echo stopped; exit 0' HUP; echo ready; while :; do sleep 0.1; done`;
    const joiner = await script("joiner.sh", "HUP", "sh", "-c", program);
    await until("the program", () => joiner.output().includes("ready"));
    await joiner.stop();
    expect(joiner.output()).toContain("stopped");
  });

  test("the joiner leaves with 75 once there is another id, and not while there is none", async () => {
    writeFileSync(id, "first\n");
    const left = codeOf("TERM sleep 60 2>&1");
    await sleep(1500);
    writeFileSync(id, "");
    await sleep(2500);
    writeFileSync(id, "second\n");
    expect(await left).toMatch(/^joiner: the network namespace was replaced, leaving\n(Terminated\n)?75$/);
  });
});

describe("the wait for a container", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-live-probe-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [state, log] = [join(folder, "state"), join(folder, "log")];
  // The engine's command, as far as the script knows it.
  writeFileSync(join(folder, "docker"), `#!/bin/sh\ncase $1 in logs) cat ${log} ;; inspect) case $3 in *Status*) cat ${state} ;; *) echo "no greeting" ;; esac ;; esac\n`);
  chmodSync(join(folder, "docker"), 0o755);
  const container = (status: string, said: string): void => {
    writeFileSync(state, `${status}\n`);
    writeFileSync(log, said);
  };
  const probe = (patience: number): Promise<Result> =>
    run("sh", [join(ROOT, "lib/docker/probe.sh")], { env: { CONTAINER: "tailwart-x", PATIENCE: String(patience), PATH: `${folder}:${process.env.PATH}` } });
  const GIVING_UP = "start: giving up: PostgreSQL: password authentication failed\n";

  test("ends well once it is healthy, whatever it said before", async () => {
    container("running healthy", GIVING_UP);
    expect(await probe(20)).toMatchObject({ code: 0, stdout: "tailwart-x is healthy after 0 s\n" });
  });
  test("fails at once when it ended for good, and shows its last words", async () => {
    container("exited unhealthy", "the last words\n");
    const { code, stderr, stdout } = await probe(20);
    expect({ code, said: stderr + stdout }).toEqual({ code: 1, said: expect.stringMatching(/^tailwart-x is not healthy: exited unhealthy\. .*:\nno greeting\n.*the last words\n/s) as string });
  });
  test("fails as soon as it gives up, long before its patience ends", async () => {
    container("running starting", "");
    const begun = Date.now();
    const ended = probe(60);
    await sleep(1500);
    appendFileSync(log, GIVING_UP);
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^tailwart-x is not healthy: it gave up after \d s\. /) as string });
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
  test("what it said before the wait began counts for nothing: somebody may have mended it", async () => {
    container("restarting unhealthy", GIVING_UP);
    const ended = probe(60);
    await sleep(2500);
    writeFileSync(state, "running healthy\n");
    expect(await ended).toMatchObject({ code: 0 });
  });
  test("fails when its patience ends", async () => {
    container("running starting", "start: waiting for PostgreSQL, giving up: later\n");
    expect(await probe(2)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^tailwart-x is not healthy: running starting\. /) as string });
  });
});
