import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { DOCKER_PROVIDER_VERSION } from "../../lib/docker/provider";
import { addStacks } from "../../lib/stacks";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";
import { describeWith, pathOf, program, type Need } from "./programs";

const TERRAFORM: Need = { name: "terraform", env: "TAILWART_TERRAFORM", optional: true, hint: "install Terraform 1.9 or newer" };

function terraform(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(pathOf(TERRAFORM), args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", NO_COLOR: "1" },
  });
  return { status, stdout, stderr };
}

/** Whether Terraform can install our providers here, from its registry or from a local mirror. */
function providersInstall(): boolean {
  if (program(TERRAFORM.name, TERRAFORM) === undefined) return false;
  const folder = mkdtempSync(join(tmpdir(), "tailwart-providers-"));
  try {
    const required_providers = { docker: { source: "kreuzwerker/docker", version: DOCKER_PROVIDER_VERSION }, null: { source: "hashicorp/null", version: "3.2.4" } };
    writeFileSync(join(folder, "probe.tf.json"), JSON.stringify({ terraform: { required_providers } }));
    return terraform(folder, "init", "-input=false", "-no-color").status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const PROVIDERS: Need = { name: "Terraform's docker and null providers", optional: true, hint: "Terraform could not install them", met: providersInstall };

const VARIANTS: Record<string, Record<string, string | undefined>> = {
  "small": {},
  "large": LARGE,
  "maddy on a mail-only edge": { MAIL_SERVER: "maddy", MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" },
  "ephemeral on Headscale": { TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tailnet.test", TS_EPHEMERAL: "true", TAILNET_ADMINS: "admin@" },
  "own file as Caddy, own certificate": { CADDY_DOWNLOAD: "/nowhere/caddy", MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" },
};

describeWith([TERRAFORM, PROVIDERS], "terraform validate accepts the synthesized JSON", () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  test.each(Object.entries(VARIANTS))("%s", (_name, overrides) => {
    const outdir = mkdtempSync(join(tmpdir(), "tailwart-out-"));
    folders.push(outdir);
    const site = deployment(overrides);
    const app = new App({ outdir });
    const stacks = addStacks(app, { deployment: site, wire: makeWire(site), project: outdir });
    app.synth();
    expect(readdirSync(join(outdir, "stacks")).sort()).toEqual(stacks.map((stack) => stack.node.id).sort());
    for (const stack of stacks) {
      const folder = join(outdir, "stacks", stack.node.id);
      expect(terraform(folder, "init", "-backend=false", "-input=false", "-no-color")).toMatchObject({ status: 0 });
      const { stdout } = terraform(folder, "validate", "-json");
      expect({ stack: stack.node.id, ...JSON.parse(stdout) }).toMatchObject({ valid: true, error_count: 0, warning_count: 0, diagnostics: [] });
    }
  });
});
