import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Terraform } from "../../lib/site/terraform";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tailwart init "));
  mkdirSync(join(folder, ".terraform"));
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ terraform: { required_providers: {} } }));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that says its version and writes down each init. */
function program(name: string, version: string): Terraform {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\nif [ "$1" = version ]; then echo "${version}"; else echo "${version} $1" >>"${join(folder, "log")}"; fi\n`);
  chmodSync(file, 0o755);
  return new Terraform(folder, { ...process.env, TERRAFORM_BINARY_NAME: file });
}
const inits = (): string[] => readFileSync(join(folder, "log"), "utf8").trim().split("\n");

test("init is done once for a program and its version, and again for another one", async () => {
  const terraform = program("terraform", "Terraform v1.11.4");
  expect(await terraform.init()).toBeUndefined();
  expect(await terraform.init()).toBeUndefined();
  expect(inits()).toEqual(["Terraform v1.11.4 init"]);
  const tofu = program("tofu", "OpenTofu v1.11.14");
  expect(await tofu.init()).toBeUndefined();
  expect(await tofu.init()).toBeUndefined();
  expect(inits()).toEqual(["Terraform v1.11.4 init", "OpenTofu v1.11.14 init"]);
  await program("tofu", "OpenTofu v1.12.0").init();
  expect(inits()).toHaveLength(3);
});
