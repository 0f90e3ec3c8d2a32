import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "tailwart-probe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The engine's command: a container that starts for as long as anybody looks, with this health check. */
function probe(test: readonly string[], { passes, patience }: { readonly passes: boolean; readonly patience: number }) {
  writeFileSync(join(folder, "words"), `${test.join("\n")}\n\n`);
  writeFileSync(join(folder, "asked"), "");
  writeFileSync(
    join(folder, "docker"),
    `#!/bin/sh
case "$1 $3" in
  inspect*len*) echo ${test.length} ;;
  inspect*Healthcheck*) cat ${folder}/words ;;
  inspect*Status*) echo running starting ;;
  exec*) shift; printf '%s\\n' "$@" >${folder}/asked; exit ${passes ? 0 : 1} ;;
esac
`,
  );
  chmodSync(join(folder, "docker"), 0o755);
  const { status, stdout } = spawnSync("sh", [join(__dirname, "../../lib/docker/probe.sh")], { encoding: "utf8", env: { ...process.env, CONTAINER: "tailwart-x", PATIENCE: String(patience), PATH: `${folder}:${process.env.PATH}` } });
  return { status, stdout, asked: readFileSync(join(folder, "asked"), "utf8").split("\n").filter(Boolean) };
}

test("asks the container's own health check, word by word, before the engine does for the first time", () => {
  const test = ["CMD", "/bin/sh", "/opt/health.sh", "a word * with 'quotes'"];
  const { status, stdout, asked } = probe(test, { passes: true, patience: 20 });
  expect(asked).toEqual(["tailwart-x", ...test.slice(1)]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^tailwart-x is healthy after \d s\n$/) as string });
});
test("fails when the check does not pass in time", () => {
  expect(probe(["CMD", "false"], { passes: false, patience: 1 })).toMatchObject({ status: 1, asked: ["tailwart-x", "false"] });
});
test.each([
  ["a shell's line", ["CMD-SHELL", "true"]],
  ["words of several lines", ["CMD", "sh", "-c", "one\ntwo"]],
])("leaves %s to the engine", (_, test) => {
  expect(probe(test, { passes: true, patience: 1 })).toMatchObject({ status: 1, asked: [] });
});
