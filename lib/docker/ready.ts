import { Resource } from "@cdktf/provider-null/lib/resource";
import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import { literal } from "./literal";

/**
 * Stops a deploy before it touches anything, with one line for each thing that is missing, while synth goes through:
 * a failed precondition ends Terraform's plan (and needs a reference, hence the local).
 */
export class Ready extends Construct {
  constructor(scope: Construct, id: string, missing: readonly string[]) {
    super(scope, id);
    if (missing.length === 0) return;
    const list = new TerraformLocal(this, "missing", missing.map(literal));
    new Resource(this, "Resource", {
      lifecycle: {
        precondition: [
          {
            condition: `\${length(${list.fqn}) == 0}`,
            errorMessage: literal(`deploy needs what is still missing in .env:\n${missing.map((text) => `- ${text}`).join("\n")}\nnothing was changed`),
          },
        ],
      },
    });
  }
}
