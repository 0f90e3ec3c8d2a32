import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forget, keep, kept } from "../../lib/deploy/kept";
import { Stack } from "../../lib/site/stack";

let project: string;
let folder: string;
let far: string;
const write = (path: string, text: string): void => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
};
const site = () => ({ place: { project } as never });
/** As synth writes it, with a secret of ours and one that the operator named by an absolute path. */
const synthesize = (image: string, containers = true): Stack => {
  const docker_container = { x: { name: "x", image, upload: [{ file: "/run/own", source: "../../../.secrets/own" }, { file: "/run/far", source: far }, { file: "/run/beside", source: "../../../../beside" }] } };
  write(join(folder, "cdk.tf.json"), JSON.stringify({ resource: containers ? { docker_container } : { null_resource: {} } }));
  write(join(folder, "assets/a/1/probe.sh"), image);
  return new Stack("mailbox", folder);
};
const sources = (stack: Stack): string[] => stack.containers[0].files.map((file) => ("source" in file ? readFileSync(file.source, "utf8") : ""));
const modes = (path: string): [string, string][] => readdirSync(path, { withFileTypes: true, recursive: true }).map((one) => [one.name, (lstatSync(join(one.parentPath, one.name)).mode & 0o777).toString(8)]);

beforeEach(() => {
  const around = mkdtempSync(join(tmpdir(), "tailwart-kept-"));
  project = join(around, "project");
  far = join(around, "far.pem");
  folder = join(project, "cdktf.out/stacks/mailbox");
  write(join(project, ".secrets/own"), "own 1");
  write(far, "far 1");
  write(join(around, "beside"), "beside 1");
  write(join(project, "terraform.mailbox.tfstate"), "{}");
  write(join(folder, ".terraform/providers/large"), "large");
});
afterEach(() => rmSync(join(project, ".."), { recursive: true, force: true }));

test("nothing is kept before the first deploy, nor of a stack without containers", () => {
  expect(kept(site(), "mailbox")).toBeUndefined();
  keep(site(), synthesize("x:1", false));
  expect(existsSync(join(project, ".deployed"))).toBe(false);
});

test("the stack, its assets and its secrets stay as they were deployed, whatever synth writes afterwards", () => {
  keep(site(), synthesize("x:1"));
  synthesize("x:2");
  write(join(project, ".secrets/own"), "own 2");
  write(far, "far 2");
  write(join(project, "../beside"), "beside 2");
  const before = kept(site(), "mailbox")!;
  expect(before.containers[0].image).toBe("x:1");
  expect(readFileSync(join(before.folder, "assets/a/1/probe.sh"), "utf8")).toBe("x:1");
  expect(sources(before)).toEqual(["own 1", "far 1", "beside 1"]);
});

test("a file elsewhere that is unchanged keeps its path, which is in the state", () => {
  keep(site(), synthesize("x:1"));
  const files = kept(site(), "mailbox")!.containers[0].files;
  expect(files).toContainEqual(expect.objectContaining({ path: "/run/far", source: far }));
});

test("it works on the same state with the same providers, and copies neither", () => {
  keep(site(), synthesize("x:1"));
  const before = kept(site(), "mailbox")!;
  expect(realpathSync(join(before.folder, "../../../terraform.mailbox.tfstate"))).toBe(realpathSync(join(project, "terraform.mailbox.tfstate")));
  expect(realpathSync(join(before.folder, ".terraform"))).toBe(realpathSync(join(folder, ".terraform")));
});

test("what was kept is replaced by what is deployed next, and forgotten with the stack", () => {
  keep(site(), synthesize("x:1"));
  keep(site(), synthesize("x:2"));
  expect(kept(site(), "mailbox")!.containers[0].image).toBe("x:2");
  forget(site(), "mailbox");
  expect(kept(site(), "mailbox")).toBeUndefined();
});

test("nobody but the owner reads it", () => {
  keep(site(), synthesize("x:1"));
  const root = join(project, ".deployed");
  expect([root, join(root, "mailbox"), join(root, "mailbox/.secrets")].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(["700", "700", "700"]);
  expect(modes(join(root, "mailbox")).filter(([name]) => name === "own" || name.includes("far"))).toEqual(expect.arrayContaining([["own", "600"], [expect.stringContaining("far.pem"), "600"]]));
});
