import { createHash } from "node:crypto";
import { basename, join, relative, resolve } from "node:path";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { generatedAsset } from "../asset";
import { literal } from "../docker/literal";
import type { PolicyJob } from "./job";

export interface TailnetPolicyProps {
  /** the rendered snippet, HuJSON */
  readonly snippet: string;
  /** where the operator finds it, relative to the project */
  readonly file: string;
  /** which page takes it: Tailscale's admin console or Headscale's policy command */
  readonly headscale: boolean;
  /** absent where a person merges the snippet */
  readonly apply?: {
    readonly job: PolicyJob;
    /** destroying takes our lines out again */
    readonly removeOnDestroy: boolean;
    /** the folder that holds `cdktf.out` @default the working directory */
    readonly project?: string;
  };
}

/** The compiled program; this file runs from `lib` (tests) or from `dist/lib`. */
const COMPILED = basename(resolve(__dirname, "../..")) === "dist" ? __dirname : resolve(__dirname, "../../dist/lib/tailnet");

/**
 * The program as Terraform sees it from `cdktf.out/stacks/<stack>`, three levels below the project: never absolute, so that
 * the JSON is the same on every machine, and the same for a project that has tailwart in its node_modules.
 */
const programFrom = (project: string): string => join("../../..", relative(project, join(COMPILED, "apply-command.js")));

/**
 * Our lines in the tailnet's policy. The policy belongs to the whole tailnet, so a program of ours merges them in whenever
 * they change; without a credential the deploy says that they wait to be merged by hand, and where they are.
 */
export class TailnetPolicy extends Construct {
  constructor(scope: Construct, id: string, { snippet, file, headscale, apply }: TailnetPolicyProps) {
    super(scope, id);
    const policy = createHash("sha256").update(snippet).digest("hex");
    if (apply === undefined) {
      const where = headscale ? "into the policy that `headscale policy set` takes" : "under Access controls in the admin console";
      const command = literal(`echo 'tailnet policy: NOT applied. Merge ${file} ${where}; until then the edge does not reach the mailbox'`);
      new Resource(this, "Resource", { triggers: { policy }, provisioners: [{ type: "local-exec", command }] });
      return;
    }
    const { job, removeOnDestroy, project = process.cwd() } = apply;
    const asset = new TerraformAsset(this, "job", { path: generatedAsset("job.json", `${JSON.stringify(job, null, 2)}\n`), type: AssetType.FILE });
    const program = literal(programFrom(project));
    // The program is started without a shell; the command is its last argument.
    const applied = new Resource(this, "Resource", {
      triggers: { policy, at: literal(job.target.url) },
      provisioners: [{ type: "local-exec", interpreter: ["node", program], command: asset.path }],
    });
    // A resource of its own: the one above is replaced at every change, and would take our lines out for a moment each time.
    if (removeOnDestroy)
      new Resource(this, "removal", {
        provisioners: [{ type: "local-exec", when: "destroy", interpreter: ["node", program, "--remove"], command: asset.path }],
        dependsOn: [applied],
      });
  }
}
