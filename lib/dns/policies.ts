import { createHash } from "node:crypto";
import type { Deployment } from "../config";

/** RFC 7489 section 6.3: v and p first, in this order. */
export const dmarcText = (policy: Deployment["dns"]["dmarc"], reports: string): string => `v=DMARC1; p=${policy}; rua=mailto:${reports}`;

/** RFC 8460 section 3 */
export const tlsReportText = (reports: string): string => `v=TLSRPTv1; rua=mailto:${reports}`;

/** One week, as Stalwart serves it. */
export const MAX_AGE = 604_800;

/** The policy that the mailbox serves for each domain (RFC 8461 section 3.2); undefined where it serves none. */
export function mtaStsPolicy({ web, mailbox, hostname }: Pick<Deployment, "web" | "mailbox" | "hostname">): string | undefined {
  if (!web?.names.includes("mta-sts") || mailbox.mtaSts === "none") return undefined;
  return ["version: STSv1", `mode: ${mailbox.mtaSts}`, `mx: ${hostname}`, `max_age: ${MAX_AGE}`, ""].join("\r\n");
}

/** RFC 8461 section 3.1: senders look at the policy again when the id is another one. */
export const mtaStsText = (policy: string): string => `v=STSv1; id=${createHash("sha256").update(policy).digest("hex").slice(0, 20)};`;
