import { createHash } from "node:crypto";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import { literal } from "../docker/literal";

export interface TailnetPolicyProps {
  /** the rendered snippet, HuJSON */
  readonly snippet: string;
  /** where the operator finds it, relative to the project */
  readonly file: string;
  /** which page takes it: Tailscale's admin console or Headscale's policy command */
  readonly headscale: boolean;
}

/**
 * The tailnet policy's place in the deploy. The policy belongs to the whole tailnet, so it is not written from here:
 * whenever our lines change, the deploy says that they wait to be pasted, and where they are.
 */
export class TailnetPolicy extends Construct {
  constructor(scope: Construct, id: string, { snippet, file, headscale }: TailnetPolicyProps) {
    super(scope, id);
    const where = headscale ? "into the policy that `headscale policy set` takes" : "under Access controls in the admin console";
    new Resource(this, "Resource", {
      triggers: { policy: createHash("sha256").update(snippet).digest("hex") },
      provisioners: [
        {
          type: "local-exec",
          command: literal(`echo 'tailnet policy: NOT applied. Merge ${file} ${where}; until then the edge does not reach the mailbox'`),
        },
      ],
    });
  }
}
