import type { StateSite } from "./deployment";
import type { Findings } from "./findings";

/** Where Terraform keeps its state. */
export function stateOf(f: Findings): StateSite {
  const { settings: s } = f;
  if (s.STATE_BACKEND !== "pg") f.idle(`STATE_BACKEND is ${s.STATE_BACKEND}`, "STATE_PG_SCHEMA");
  if (s.STATE_BACKEND !== "s3") f.idle(`STATE_BACKEND is ${s.STATE_BACKEND}`, "STATE_S3_BUCKET", "STATE_S3_REGION", "STATE_S3_ENDPOINT");
  if (s.STATE_BACKEND === "pg") return { kind: "pg", schema: s.STATE_PG_SCHEMA };
  if (s.STATE_BACKEND === "local") return { kind: "local" };
  if (s.STATE_S3_BUCKET === undefined) f.lacks("STATE_S3_BUCKET", "STATE_BACKEND=s3 needs a bucket; set it, for example STATE_S3_BUCKET=terraform-state");
  return { kind: "s3", bucket: s.STATE_S3_BUCKET ?? "", region: s.STATE_S3_REGION, endpoint: s.STATE_S3_ENDPOINT };
}
