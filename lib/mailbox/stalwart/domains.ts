import type { Deployment } from "../../config";
import { create, find, optional, placeholder, planFiles, type PlanFile } from "./request";

/** `{{domain_1}}` is the id of the first of MAIL_DOMAIN, and so on. */
export const domainId = (index: number): string => placeholder(`domain_${index + 1}`);

/** A domain that is there keeps its settings and keys. */
export const domainFiles = ({ domains }: Deployment): PlanFile[] =>
  planFiles(
    "10-domains",
    domains.map((name, index) => [optional(create("Domain", { domain: { name } }, `domain ${name}`)), find("Domain", { name }, `domain_${index + 1}`)]),
  );
