import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { addStacks } from "../../lib/stacks";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";
import { describeWith } from "./programs";
import { PROVIDERS, TERRAFORM, terraform } from "./terraform";

const VARIANTS: Record<string, Record<string, string | undefined>> = {
  "small": {},
  "large": LARGE,
  "maddy on a mail-only edge": { MAIL_SERVER: "maddy", MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" },
  "ephemeral on Headscale": { TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tailnet.test", TS_EPHEMERAL: "true", TAILNET_ADMINS: "admin@" },
  "an edge that is a node of its own": { EDGE_NETWORK: "sidecar" },
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
