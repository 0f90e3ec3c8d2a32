import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, Running, sleep, until } from "../processes";
import { describeWith, pathOf, type Need } from "../programs";

const SHELLCHECK: Need = { name: "shellcheck", hint: "apt-get install shellcheck" };
const ROOT = join(__dirname, "..", "..", "..");
const scripts = readdirSync(join(ROOT, "lib", "mailbox"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".sh")).map((path) => join("lib", "mailbox", path));

describeWith([SHELLCHECK], "the mail servers' scripts", () => {
  test.each([...scripts, "lib/docker/owner.sh", "lib/docker/joiner.sh"])("%s: shellcheck has nothing to say", async (path) => {
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
