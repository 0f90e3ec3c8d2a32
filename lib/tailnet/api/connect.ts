import { readFileSync } from "node:fs";
import { byKey, byOAuth, type Authorization } from "./authorization";
import { Client, type ClientOptions } from "./client";
import { HeadscaleApi } from "./headscale";
import { HeadscaleNodes, TailscaleNodes, type NodesApi } from "./nodes";
import { TailscaleApi } from "./tailscale";
import { ApiError, type PolicyApi } from "./types";

/** Where the policy is kept and which file lets us in. It may be written to disk: there is no secret in it. */
export interface PolicyTarget {
  readonly kind: "tailscale" | "headscale";
  /** of the API, without a path */
  readonly url: string;
  readonly credential: {
    /** the variable that the operator set */
    readonly variable: string;
    /** path of a file that holds the key or the OAuth client's secret */
    readonly file: string;
    /** makes it an OAuth client */
    readonly clientId?: string;
  };
}

type Limits = Pick<ClientOptions, "timeoutMs" | "patienceMs">;

function secretOf({ variable, file }: PolicyTarget["credential"]): string {
  let text = "";
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ApiError("credential", `the file with ${variable} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}); set it, and run npm run synth`);
  }
  // What is no single line of printable ASCII cannot stand in a header, and the error of fetch would show it.
  if (!/^[\x21-\x7e]+$/.test(text)) throw new ApiError("credential", `${variable}: the file holds no single line of plain characters; write the key alone`);
  return text;
}

/** What a 403 means, by the kind of credential. */
interface Forbidden {
  readonly key: string;
  readonly oauth: string;
  readonly headscale: string;
}
const POLICY: Forbidden = {
  key: "the key's owner needs the role Owner, Admin or Network admin; or use an OAuth client with the scope policy_file",
  oauth: "the OAuth client lacks the scope policy_file (read alone is policy_file:read); make a client with it",
  headscale: "the API key may not touch the policy; make one with headscale apikeys create",
};
const NODES: Forbidden = {
  key: "the key's owner needs the role Owner, Admin or IT admin; or use an OAuth client with the scope devices:core",
  oauth: "the OAuth client lacks the scope devices:core (write) for the node's tag; make a client with it",
  headscale: "the API key may not touch the nodes; make one with headscale apikeys create",
};

function clientOf({ kind, url, credential }: PolicyTarget, forbidden: Forbidden, limits: Limits): Client {
  const secret = secretOf(credential);
  const { variable, clientId } = credential;
  const authorization: Authorization =
    clientId === undefined
      ? byKey(variable, secret)
      : byOAuth({ url, clientId, clientSecret: secret, variables: `TS_OAUTH_CLIENT_ID and ${variable}`, timeoutMs: limits.timeoutMs ?? 30_000 });
  return new Client({ url, authorization, forbidden: forbidden[kind === "headscale" ? "headscale" : clientId === undefined ? "key" : "oauth"], ...limits });
}

/** @throws ApiError when the credential's file cannot be used */
export function connect(target: PolicyTarget, limits: Limits = {}): PolicyApi {
  const client = clientOf(target, POLICY, limits);
  return target.kind === "headscale" ? new HeadscaleApi(client) : new TailscaleApi(client);
}

/** The same credential, for the nodes. @throws ApiError when its file cannot be used */
export function connectNodes(target: PolicyTarget, limits: Limits = {}): NodesApi {
  const client = clientOf(target, NODES, limits);
  return target.kind === "headscale" ? new HeadscaleNodes(client) : new TailscaleNodes(client);
}
