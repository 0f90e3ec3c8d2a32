import { readdirSync, mkdtempSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reviewFiles, type Artefacts } from "../../lib/review/files";
import { writeReview } from "../../lib/review/write";

const ARTEFACTS: Artefacts = {
  caddy: { admin: { disabled: true } },
  policy: "{}\n",
  headscale: false,
  mailServer: {
    name: "stalwart",
    files: [
      { path: "/etc/stalwart/config.json", content: '{"b":1,"a":[2]}' },
      { path: "/opt/tailwart/start.sh", content: "#!/bin/sh\n" },
    ],
  },
  dns: "names\n",
  summary: "table\n",
};
const contentOf = (artefacts: Artefacts, path: string) => reviewFiles(artefacts).find((file) => file.path === path)?.content;
const folder = (): string => mkdtempSync(join(tmpdir(), "tailwart-review-"));
/** Every file below a folder. */
const tree = (root: string): string[] => readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(root, path)).isFile()).sort();

describe("the files", () => {
  test("are all there, the mail server's in a folder of its name", () =>
    expect(reviewFiles(ARTEFACTS).map(({ path }) => path)).toEqual([
      "README.txt",
      "summary.txt",
      "caddy.json",
      "tailnet-policy.hujson",
      "stalwart/config.json",
      "stalwart/start.sh",
      "dns.txt",
    ]));
  test("are named in README, each of them", () => {
    const readme = contentOf({ ...ARTEFACTS, adminVhost: "x\n" }, "README.txt");
    for (const name of ["summary.txt", "caddy.json", "tailnet-policy.hujson", "stalwart/", "config.json", "start.sh", "dns.txt", "admin-vhost.caddyfile"]) expect(readme).toContain(name);
    expect(contentOf(ARTEFACTS, "README.txt")).not.toContain("admin-vhost");
  });
  test("README says where the policy is pasted", () => {
    expect(contentOf(ARTEFACTS, "README.txt")).toContain("Access controls");
    expect(contentOf({ ...ARTEFACTS, headscale: true }, "README.txt")).toContain("headscale policy set");
  });
  test("JSON is one field a line, in the order in which it was made", () => {
    expect(contentOf(ARTEFACTS, "stalwart/config.json")).toBe('{\n  "b": 1,\n  "a": [\n    2\n  ]\n}\n');
    expect(contentOf(ARTEFACTS, "caddy.json")).toBe('{\n  "admin": {\n    "disabled": true\n  }\n}\n');
  });
  test("a file called .json that is none stays as it is", () => {
    const files = [{ path: "/plan.json", content: '{"a":1}\n{"a":2}\n' }];
    expect(contentOf({ ...ARTEFACTS, mailServer: { name: "stalwart", files } }, "stalwart/plan.json")).toBe('{"a":1}\n{"a":2}\n');
  });
  test("two of the same name keep their folders", () => {
    const files = [{ path: "/a/x.conf", content: "1" }, { path: "/b/x.conf", content: "2" }];
    expect(reviewFiles({ ...ARTEFACTS, mailServer: { name: "maddy", files } }).map(({ path }) => path)).toEqual(expect.arrayContaining(["maddy/a/x.conf", "maddy/b/x.conf"]));
  });
});

describe("writing", () => {
  test("twice gives the same bytes, and takes out what is no longer wanted", () => {
    const root = join(folder(), "review");
    writeReview(root, reviewFiles({ ...ARTEFACTS, adminVhost: "x\n" }));
    expect(tree(root)).toContain("admin-vhost.caddyfile");
    writeReview(root, reviewFiles({ ...ARTEFACTS, mailServer: { name: "maddy", files: [{ path: "/data/maddy.conf", content: "m" }] } }));
    expect(tree(root)).toEqual(["README.txt", "caddy.json", "dns.txt", "maddy/maddy.conf", "summary.txt", "tailnet-policy.hujson"]);
    expect(readdirSync(root)).not.toContain("stalwart");
    const before = readFileSync(join(root, "caddy.json"), "utf8");
    writeReview(root, reviewFiles(ARTEFACTS));
    expect(readFileSync(join(root, "caddy.json"), "utf8")).toBe(before);
  });
  test("tidies up after a run that was killed", () => {
    const root = folder();
    writeReview(root, reviewFiles(ARTEFACTS));
    writeFileSync(join(root, "caddy.json.4711.new"), "half");
    writeReview(root, reviewFiles(ARTEFACTS));
    expect(tree(root)).not.toContain("caddy.json.4711.new");
  });
  test("refuses a folder that holds somebody else's files, and leaves them alone", () => {
    const root = folder();
    mkdirSync(join(root, "letters"));
    writeFileSync(join(root, "letters", "mine.txt"), "mine");
    expect(() => writeReview(root, reviewFiles(ARTEFACTS))).toThrow(/got files that are not a review's/);
    expect(tree(root)).toEqual(["letters/mine.txt"]);
  });
  test.each(["../outside", "a/../../outside", "/outside"])("refuses the path %s", (path) => {
    const root = folder();
    expect(() => writeReview(root, [{ path, content: "x" }])).toThrow(/leads out of/);
    expect(tree(root)).toEqual([]);
  });
});
