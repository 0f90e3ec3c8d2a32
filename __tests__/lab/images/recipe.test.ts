import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inputsOf } from "../../../lab/images/builder";
import { debianVersion, imageName, type Versioned } from "../../../lab/images/recipe";
import { image } from "../../../lib/config/values";

const folder = mkdtempSync(join(tmpdir(), "tailwart-recipe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, "program");
const recipe = (more: Partial<Versioned> = {}): Versioned => ({ name: "stalwart", version: "0.16.16", variable: "STALWART_IMAGE", packages: ["curl"], files: [{ path: "/usr/local/bin/stalwart", from: program }], changes: [], ...more });

test("a stand-in's name is one that the contract takes", () => {
  expect(image.safeParse(imageName(recipe())).success).toBe(true);
});

describe("the label of what went in", () => {
  beforeEach(() => writeFileSync(program, "one"));
  test("is the same for the same inputs", async () => expect(await inputsOf(recipe(), ["curl_1.deb"])).toBe(await inputsOf(recipe(), ["curl_1.deb"])));
  test("changes with the program", async () => {
    const before = await inputsOf(recipe(), []);
    writeFileSync(program, "two");
    expect(await inputsOf(recipe(), [])).not.toBe(before);
  });
  test.each<[string, Partial<Versioned>, string[]]>([
    ["a package's version", {}, ["curl_2.deb"]],
    ["a folder", { folders: [{ path: "/data", mode: "0755" }] }, ["curl_1.deb"]],
    ["a user", { users: ["a:x:1:1::/:/bin/sh"] }, ["curl_1.deb"]],
  ])("changes with %s", async (_, more, packages) => expect(await inputsOf(recipe(more), packages)).not.toBe(await inputsOf(recipe(), ["curl_1.deb"])));
});

test.each([
  ["postgresql-15_15.14-0+deb12u1_amd64.deb", "postgresql-15", "15.14"],
  ["libc6_1%3a2.36-9+deb12u14_amd64.deb", "libc6", "2.36"],
  ["base-files_12.4+deb12u12_amd64.deb", "base-files", "12.4"],
])("the version of %s", (file, name, version) => expect(debianVersion(["curl_7.88.1_amd64.deb", file], name)).toBe(version));
