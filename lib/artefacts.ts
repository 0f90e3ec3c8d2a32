import { join, relative } from "node:path";
import type { Deployment } from "./config";
import { dnsRecords } from "./dns/plan";
import { renderDns } from "./dns/render";
import { adminVhost } from "./edge/admin-vhost";
import { caddyConfig } from "./edge/caddy";
import { mailServerOf } from "./mailbox/select";
import { renderPolicy, tailnetPolicy } from "./tailnet/policy";
import type { Wire } from "./wire";
import { reviewFiles } from "./review/files";
import { summary, type SummaryExtras } from "./review/summary";
import { writeReview } from "./review/write";

export interface ReviewProps extends SummaryExtras {
  readonly deployment: Deployment;
  readonly wire: Wire;
}

/**
 * Writes `<outdir>/review`, all that a person reads before a deploy.
 * @returns the summary, for standard output
 */
export function review(outdir: string, { deployment, wire, ...extras }: ReviewProps): string {
  const folder = join(outdir, "review");
  const text = summary(deployment, wire, { folder: relative(process.cwd(), folder), ...extras });
  const files = reviewFiles({
    caddy: caddyConfig(wire),
    policy: renderPolicy(tailnetPolicy(deployment, wire)),
    headscale: deployment.tailnet.headscale !== undefined,
    applied: deployment.tailnet.policy.mode === "apply",
    mailServer: mailServerOf(deployment, wire),
    dns: renderDns(dnsRecords(deployment, wire)),
    adminVhost: adminVhost(deployment, wire),
    summary: text,
  });
  writeReview(folder, files);
  return text;
}
