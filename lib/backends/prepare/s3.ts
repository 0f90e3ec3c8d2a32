import { randomBytes } from "node:crypto";
import type { S3Site } from "../../config";
import { Http } from "../../site/http";
import { Bucket, S3Error } from "../s3/client";
import type { S3Key } from "../s3/sign";
import type { Way } from "../../site/tunnel";
import { reachFix, reasonOf, type Check } from "./check";
import { garagePrepared, type GarageAdmin } from "./garage";

export interface S3Job {
  readonly way: Way;
  readonly site: S3Site;
  readonly key: S3Key;
  /** makes what is not there @default nothing is made, the commands are shown */
  readonly admin?: GarageAdmin;
}

/** The commands that prepare a bucket by hand; id and secret come from the shell, not from this text. */
export const garageCommands = ({ bucket }: S3Site): string[] => [
  `garage bucket create ${bucket}`,
  'garage key import --yes -n stalwart "$STALWART_S3_ACCESS_KEY" "$STALWART_S3_SECRET_KEY"    (both as in .env)',
  `garage bucket allow --read --write ${bucket} --key "$STALWART_S3_ACCESS_KEY"`,
];

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/unexpected: '[^']*', expected: '([^']+)'|AuthorizationHeaderMalformed/, "the region is not the server's; set STALWART_S3_REGION to its s3_region"],
  [/RequestTimeTooSkewed|too old|date is/i, "the clocks differ; set them right"],
];
const MAKE = "make what is not there, or set GARAGE_ADMIN_TOKEN";

async function objectTrip({ way, site, key }: S3Job): Promise<{ readonly check: Check; readonly lacking: boolean }> {
  const http = new Http(way, site, 1, 15);
  const bucket = new Bucket(http, site.bucket, site.region, key);
  const line = { tried: `S3 PUT, HEAD, GET, DELETE of an object in ${site.bucket} at ${site.host}:${site.port}`, from: way.from };
  try {
    const [name, body] = [`tailwart-trial-${randomBytes(8).toString("hex")}`, randomBytes(1000)];
    await bucket.put(name, body);
    const size = await bucket.size(name);
    const back = await bucket.get(name);
    await bucket.remove(name);
    const whole = size === body.length && back?.equals(body) && (await bucket.get(name)) === undefined;
    return { lacking: false, check: whole ? { ...line, state: "ok", result: `${body.length} bytes there and back` } : { ...line, state: "fail", result: "what came back is not what was sent", fix: "look at the server's disk and log" } };
  } catch (error) {
    const result = reasonOf(error, key.id, key.secret);
    if (!(error instanceof S3Error)) return { lacking: false, check: { ...line, state: "fail", result, fix: reachFix(result, site.host) } };
    const known = FIXES.find(([sign]) => sign.test(result))?.[1];
    return { lacking: known === undefined, check: { ...line, state: "fail", result, fix: known ?? MAKE, commands: known === undefined ? garageCommands(site) : undefined } };
  } finally {
    http.close();
  }
}

async function wrongSecret({ way, site, key }: S3Job): Promise<Check> {
  const http = new Http(way, site, 1, 15);
  const line = { tried: `S3 GET with a wrong secret at ${site.host}:${site.port}`, from: way.from };
  try {
    await new Bucket(http, site.bucket, site.region, { id: key.id, secret: randomBytes(32).toString("hex") }).get("tailwart-trial");
    return { ...line, state: "warn", result: "it was let in: the server checks no signatures", fix: "make it ask for them" };
  } catch (error) {
    return { ...line, state: error instanceof S3Error ? "ok" : "fail", result: error instanceof S3Error ? "refused, as it should be" : reasonOf(error) };
  } finally {
    http.close();
  }
}

/** Prepares, when somebody gave an administrator, and sends an object there and back as the mail server will. */
export async function s3Checks(job: S3Job): Promise<Check[]> {
  const first = await objectTrip(job);
  const reached = first.check.state === "ok" || first.lacking;
  const made = job.admin && reached ? await garagePrepared(job.admin, job.site, job.key) : [];
  const last = made.some(({ state }) => state === "made") ? await objectTrip(job) : first;
  return [...made, last.check, ...(last.check.state === "ok" ? [await wrongSecret(job)] : [])];
}
