import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportMistakes, runApp } from "../lib/app";
import { MistakesError } from "../lib/errors";

const projects: string[] = [];
afterAll(() => projects.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function project(dotenv?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-test-"));
  projects.push(folder);
  if (dotenv !== undefined) writeFileSync(join(folder, ".env"), dotenv);
  return folder;
}

/** Runs the app as `npm run synth` does, with its two outputs caught. */
function synth(folder: string): { status: number; stdout: string; stderr: string } {
  const caught = { stdout: "", stderr: "" };
  const into = (name: "stdout" | "stderr") => ({ write: (text: string) => (caught[name] += text) });
  const status = runApp(folder, {}, { stdout: into("stdout"), stderr: into("stderr") });
  return { status, ...caught };
}

const ENV = "MAIL_DOMAIN=one.test\nTS_TAILNET=tail0000.ts.net\nEDGE_IPV4=192.0.2.25\n";

describe("npm run synth", () => {
  test("on a fresh clone takes the example's values, says so, and names what deploy will refuse", () => {
    const folder = project();
    const { status, stdout, stderr } = synth(folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("No .env here: these are the example's values");
    expect(stdout).toContain("MAIL_DOMAIN=example.org is still the example's value");
    expect(readdirSync(join(folder, "cdktf.out/stacks")).sort()).toEqual(["edge", "images", "mailbox", "tailnet"]);
    expect(readFileSync(join(folder, "cdktf.out/review/summary.txt"), "utf8")).toBe(stdout);
    expect(existsSync(join(folder, ".secrets"))).toBe(false);
  });

  test("leaves nothing of an edge that is no more", () => {
    const two = `${ENV.replace("EDGE_IPV4=192.0.2.25\n", "")}EDGE_MAGIC_NAME=a,b\nEDGE_IPV4=a=192.0.2.1,b=192.0.2.2\nEDGE_DOCKER_HOST=a=ssh://a,b=ssh://b\n`;
    const folder = project(two);
    expect(synth(folder).status).toBe(0);
    writeFileSync(join(folder, ".env"), ENV);
    expect(synth(folder).status).toBe(0);
    expect(readdirSync(join(folder, "cdktf.out/stacks")).sort()).toEqual(["edge", "images", "mailbox", "tailnet"]);
  });

  test("says the same the second time", () => {
    const folder = project(ENV);
    const [first, second] = [synth(folder), synth(folder)];
    expect(second.stdout).toBe(first.stdout);
  });

  test("fails with every mistake in one line each, exit code 1 and no stack trace", () => {
    const folder = project("MAIL_DOMAIN=localhost\nSTALWART_MAGIC_NAME=100.64.0.7\nPUBLIC_LINE=smtp\n");
    const { status, stdout, stderr } = synth(folder);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.split("\n\n")[0].split("\n")).toEqual([
      expect.stringContaining("did you mean PUBLIC_LINES?"),
      expect.stringContaining('MAIL_DOMAIN: got "localhost"'),
      expect.stringContaining("TS_TAILNET: got nothing"),
      expect.stringMatching(/STALWART_MAGIC_NAME: got "100\.64\.0\.7".*address changes/),
      expect.stringContaining("EDGE_IPV4: got nothing"),
    ]);
    expect(existsSync(join(folder, "cdktf.out"))).toBe(false);
  });

  test("fails with one line when .env cannot be read", () => {
    const folder = project();
    mkdirSync(join(folder, ".env"));
    const { status, stderr } = synth(folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/EISDIR/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test.each([
  [undefined, "nothing was deployed"],
  ["nothing was tried", "nothing was tried"],
])("the last line says what was not done: %j", (undone, words) => {
  let said = "";
  const output = { stdout: { write: () => true }, stderr: { write: (text: string) => (said += text) } };
  expect(reportMistakes(new MistakesError(["A: got nothing", "B: got nothing"]), output, undone)).toBe(1);
  expect(said).toBe(`A: got nothing\nB: got nothing\n\n2 mistakes; mend and try again, ${words}\n`);
});
