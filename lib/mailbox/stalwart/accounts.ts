import type { Deployment } from "../../config";
import { domainId } from "./domains";
import { listOf } from "./objects";
import { create, find, planFile, type PlanFile } from "./request";
import { secretText } from "./stores";

export const ADMIN = "admin";

/** The first account, made once; its password is the server's business from then on. It takes postmaster@ (RFC 5321 section 4.5.1). */
export const accountFiles = ({ domains }: Deployment): PlanFile[] => [
  planFile("70-admin", find("Account", { name: ADMIN, domainId: domainId(0) }, "admin")),
  planFile(
    "71-admin.unless.admin",
    create(
      "Account",
      {
        admin: {
          "@type": "User",
          name: ADMIN,
          domainId: domainId(0),
          roles: { "@type": "Admin" },
          aliases: listOf(...domains.map((_, index) => ({ name: "postmaster", domainId: domainId(index) }))),
          credentials: listOf({ "@type": "Password" as const, secret: secretText("STALWART_ADMIN_PASSWORD") }),
        },
      },
      `account ${ADMIN}@${domains[0]}`,
    ),
  ),
];
