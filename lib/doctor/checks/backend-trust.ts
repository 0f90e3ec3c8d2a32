import { Http } from "../../site/http";
import { tried } from "../backend-checks";
import type { Check, Finding } from "../check";
import { said } from "../container";
import type { Ground } from "../ground";
import { trusting } from "../hba";
import { findingOf } from "./database-password";

/** Lines of the embedded server's own file; an external one shows its file to its superuser only. */
async function ownLines({ database }: Ground): Promise<Finding[]> {
  if (database === undefined) return [];
  const hba = await said(database, ["/bin/sh", "-c", 'cat "$PGDATA/pg_hba.conf"']);
  return trusting(hba).map(({ line, text }) => ({ where: `${database.container} pg_hba.conf:${line}`, what: `it asks nobody for a password: ${text}`, key: text }));
}

/** A bucket that shows its objects to whoever asks. */
async function openBucket({ sidecar, deployment }: Ground): Promise<Finding[]> {
  const { s3 } = deployment.backends;
  if (s3 === undefined) return [];
  const http = new Http(sidecar, s3, 1, 8);
  try {
    const { status } = await http.exchange({ method: "GET", path: `/${s3.bucket}?list-type=2&max-keys=1`, headers: { connection: "close" } });
    return status === 200 ? [{ where: `S3 ${s3.bucket}`, what: "it lists its objects to who gives no key", key: "anonymous", fix: "take anonymous access away: with Garage, garage bucket website --deny, and no key-less proxy before it" }] : [];
  } finally {
    http.close();
  }
}

export const backendTrust: Check = {
  name: "backend-trust",
  proves: "no backend lets anybody in without the right password, on loopback neither",
  from: "mailbox",
  severity: "warning",
  symptom: "every password works in a test, and the first real change locks the mail server out; or whoever reaches the port reads all mail",
  cause: "pg_hba.conf has trust, Redis has no requirepass, or the bucket is open",
  fix: "pg_hba.conf: scram-sha-256 in place of trust, then SELECT pg_reload_conf(); Redis: requirepass; S3: keys only",
  lesson: "pitfalls",
  seconds: 25,
  async run(ground) {
    const warned = (await tried(ground)).filter(({ state }) => state === "warn");
    return [...warned.map(findingOf), ...(await Promise.all([ownLines(ground), openBucket(ground)])).flat()];
  },
};
