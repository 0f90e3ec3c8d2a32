import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { alone } from "../../lib/deploy/lock";
import { MistakesError } from "../../lib/errors";

const project = mkdtempSync(join(tmpdir(), "tailwart-lock-"));
afterAll(() => rmSync(project, { recursive: true, force: true }));
const FILE = join(project, ".deployed/lock");
const held = (holder: object): void => {
  mkdirSync(join(project, ".deployed"), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ command: "deploy", pid: process.pid, host: hostname(), since: "2020-01-01T00:00:00.000Z", ...holder })}\n`);
};
const refusal = async (work = jest.fn()): Promise<string> => {
  try {
    await alone(project, "destroy", work);
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    expect(work).not.toHaveBeenCalled();
    return error.mistakes.join("\n");
  }
  return "went through";
};
beforeEach(() => rmSync(FILE, { force: true }));

test("gives back what the work gives, and leaves nothing behind", async () => {
  expect(await alone(project, "deploy", () => Promise.resolve(existsSync(FILE)))).toBe(true);
  await expect(alone(project, "deploy", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(readdirSync(join(project, ".deployed"))).toEqual([]);
});

test("refuses a second one while the first is at work, in one plain line", async () => {
  const said = await alone(project, "deploy", () => refusal());
  expect(said).toMatch(new RegExp(`^destroy: npm run deploy \\(process ${process.pid} on ${hostname()}, since \\d{4}-.*\\) is at work in .*; wait until it is done$`));
  expect(await refusal()).toBe("went through");
});

test("takes no notice of a process that is no more", async () => {
  const { pid } = spawnSync("true");
  held({ pid });
  expect(await refusal()).toBe("went through");
});

test("takes no notice of a process that only has the old one's number", async () => {
  held({ begun: "1" });
  expect(await refusal()).toBe("went through");
});

test("refuses beside a process of another machine, and says what to do when it is gone", async () => {
  held({ host: "elsewhere.test", pid: 1 });
  expect(await refusal()).toMatch(/process 1 on elsewhere\.test, .*if it is no more, remove .*lock$/);
  expect(readFileSync(FILE, "utf8")).toContain("elsewhere");
});

test("a file that is none of ours does not stand in the way for ever", async () => {
  held({});
  writeFileSync(FILE, "");
  expect(await refusal()).toBe("went through");
});
