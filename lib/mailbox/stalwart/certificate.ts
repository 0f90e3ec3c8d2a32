import type { Deployment } from "../../config";
import { TLS_CHAIN, TLS_KEY } from "../paths";
import { create, destroyFound, findText, placeholder, planFile, setSingleton, tolerated, type PlanFile } from "./request";

const FOUND = "own_certificate";
const find = findText("Certificate", FOUND, TLS_CHAIN, ["certificate"]);

/**
 * A certificate by files. Certificates that Stalwart got by ACME are objects of the same type: only ours is ever touched.
 * A bad file leaves the server with a certificate of its own making, and mail goes on.
 */
export function certificateFiles({ mailbox: { certificates } }: Deployment): PlanFile[] {
  const search = planFile("80-certificate", find);
  if (certificates.kind !== "files")
    return [search, planFile(`81-certificate.if.${FOUND}`, setSingleton("SystemSettings", { defaultCertificateId: null }), destroyFound("Certificate", FOUND))];
  const own = { certificate: { "@type": "File", filePath: TLS_CHAIN }, privateKey: { "@type": "File", filePath: TLS_KEY } } as const;
  return [
    search,
    planFile(`81-certificate.unless.${FOUND}`, tolerated(create("Certificate", { own }, "certificate by files")), find),
    planFile(`82-certificate.if.${FOUND}`, setSingleton("SystemSettings", { defaultCertificateId: placeholder(FOUND) })),
  ];
}
