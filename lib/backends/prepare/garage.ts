import type { S3Site } from "../../config";
import { Http } from "../../site/http";
import type { S3Key } from "../s3/sign";
import type { Way } from "../../site/tunnel";
import { reachFix, reasonOf, type Check } from "./check";

export interface GarageAdmin {
  readonly way: Way;
  readonly port: number;
  readonly token: string;
}

interface BucketInfo {
  readonly id: string;
  readonly keys: readonly { readonly accessKeyId: string; readonly permissions: { readonly read: boolean; readonly write: boolean } }[];
}

/** Makes bucket, key and permission where they are not there (Garage's admin API v2). */
export async function garagePrepared({ way, port, token }: GarageAdmin, { host, bucket }: S3Site, key: S3Key): Promise<Check[]> {
  const http = new Http(way, { tls: false, host, port }, 1, 15);
  const made: Check[] = [];
  const say = (state: Check["state"], what: string, result: string, fix?: string): number => made.push({ state, tried: `Garage ${what} at ${host}:${port}`, from: way.from, result, fix });
  /** @returns undefined when it is not there */
  const call = async (method: "GET" | "POST", path: string, content?: object): Promise<unknown> => {
    const body = content && Buffer.from(JSON.stringify(content));
    const answer = await http.exchange({ method, path: `/v2/${path}`, body, headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) } });
    if (answer.status === 404 && method === "GET") return undefined;
    if (answer.status >= 300) throw new Error(`HTTP ${answer.status} ${wordsOf(answer.body.toString())}`);
    return JSON.parse(answer.body.toString());
  };
  try {
    const byName = `GetBucketInfo?globalAlias=${bucket}`;
    const found = (await call("GET", byName)) as BucketInfo | undefined;
    const { id, keys } = found ?? ((await call("POST", "CreateBucket", { globalAlias: bucket })) as BucketInfo);
    say(found ? "ok" : "made", `bucket ${bucket}`, found ? "it is there" : "it was not there, and is now");
    const known = (await call("GET", `GetKeyInfo?id=${key.id}&showSecretKey=true`)) as { readonly secretAccessKey?: string } | undefined;
    if (known === undefined) await call("POST", "ImportKey", { name: "stalwart", accessKeyId: key.id, secretAccessKey: key.secret });
    const other = known?.secretAccessKey !== undefined && known.secretAccessKey !== key.secret;
    if (other) say("fail", "key", "it is there with another secret, and Garage cannot change a key's secret", "write that one into STALWART_S3_SECRET_KEY, or invent a new pair of id and secret");
    else say(known ? "ok" : "made", "key", known ? "it is there" : "it was not there, and is now");
    const may = keys.find(({ accessKeyId }) => accessKeyId === key.id)?.permissions;
    const allowed = may?.read && may.write;
    if (!allowed) await call("POST", "AllowBucketKey", { bucketId: id, accessKeyId: key.id, permissions: { read: true, write: true, owner: false } });
    say(allowed ? "ok" : "made", "permission", allowed ? "the key may read and write there" : "the key may read and write there now");
  } catch (error) {
    const reason = reasonOf(error, token, key.id, key.secret);
    say("fail", "administration", reason, /HTTP 40[13]/.test(reason) ? "GARAGE_ADMIN_TOKEN is not the server's admin_token" : reachFix(reason, host));
  } finally {
    http.close();
  }
  return made;
}

function wordsOf(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? "").slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}
