import type { BackendLineName, MailLineName } from "../wire/services";
import type { SecretName, WebName } from "./contract";
import type { SecretFile } from "./secrets";
import type { HostPort } from "./values";

/** What is deployed, checked and complete: everything on the right of the wire derives from this. */
export interface Deployment {
  readonly domains: readonly string[];
  /** the name that clients and other mail servers use */
  readonly hostname: string;
  readonly tailnet: Tailnet;
  readonly lines: Lines;
  /** absent on a mail-only edge */
  readonly web?: Web;
  readonly adminVhost?: string;
  readonly edges: readonly EdgeSite[];
  readonly caddy: CaddySource;
  readonly mailbox: MailboxSite;
  /** starts again what an engine gives up at its own start, restarts what hangs; absent where nobody wants it */
  readonly starter?: { readonly image: string };
  readonly backends: BackendsSite;
  readonly dns: DnsSite;
  readonly state: StateSite;
  readonly secrets: Secrets;
  /** required variables that still hold the example's value, as `NAME=value`: deploy refuses them */
  readonly examples: readonly string[];
  /** secrets and files that synth does without and deploy needs, each with the reason */
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
}

export interface Lines {
  readonly public: readonly MailLineName[];
  readonly tailnet: readonly MailLineName[];
}

export interface Tailnet {
  /** `tail1234.ts.net` */
  readonly name: string;
  /** URL of the Headscale server; absent with Tailscale */
  readonly headscale?: string;
  readonly mailboxName: string;
  readonly tags: { readonly mailbox: string; readonly edge: string } & Readonly<Record<BackendLineName, string>>;
  readonly users: readonly string[];
  readonly admins: readonly string[];
  readonly testUser?: string;
  readonly policy: PolicyAccess;
}

/** How the tailnet's policy file is reached over the control server's API. */
export interface PolicyAccess {
  /** apply: deploy writes our lines; review: a person does */
  readonly mode: "apply" | "review";
  /** of the API, without a path */
  readonly url: string;
  /** absent where nobody gave one: then nothing is read either; apply always has one, though perhaps not its value yet */
  readonly credential?: { readonly secret: PolicySecret; /** makes it an OAuth client */ readonly clientId?: string };
  /** our grants may end "everybody reaches everything" */
  readonly allowFirstRule: boolean;
  readonly removeOnDestroy: boolean;
  /** stands in the markers of our entries, so that several deployments can keep theirs in one policy */
  readonly deployment: string;
  /** wider rules of others that somebody accepted, each as `source -> destination:ports` */
  readonly accepted: readonly string[];
  /** whether our tests say what nobody may reach; a policy that allows everything passes none of those */
  readonly denyTests: boolean;
}

export type PolicySecret = Extract<SecretName, "TS_API_KEY" | "TS_OAUTH_CLIENT_SECRET" | "HEADSCALE_API_KEY">;

export interface Web {
  readonly names: readonly WebName[];
  readonly proxyProtocol: boolean;
  readonly fallback: HostPort & { readonly proxyProtocol: boolean };
}

export interface EdgeSite {
  /** first label of its MagicDNS name */
  readonly name: string;
  readonly ipv4: string;
  /** what the world dials, where that is another one @default ipv4 */
  readonly publicIpv4?: string;
  readonly ipv6?: string;
  readonly dockerHost: string;
  /** path of that engine's socket on its own host @default by dockerHost, see engineSocket */
  readonly dockerSocket?: string;
  /** host: its host is the node of the tailnet; sidecar: it is one by itself */
  readonly network: "host" | "sidecar";
  /** Docker network on which it has its public addresses itself; else a sidecar's ports are published */
  readonly dockerNetwork?: string;
  /** limit of open files */
  readonly openFiles: number;
}

/** Which versions of a part of the edge's program are taken. */
export interface CaddyPart {
  /** at least this one, or exactly */
  readonly version: string;
  readonly exact: boolean;
  /** the first that is not taken any more */
  readonly below: string;
}

export interface CaddySource {
  readonly download: string;
  readonly sha256?: string;
  readonly version: CaddyPart;
  readonly l4Version: CaddyPart;
  readonly arch: "amd64" | "arm64";
  readonly baseImage: string;
}

export interface Smarthost {
  readonly host: string;
  readonly port: number;
  /** implicit: from the first byte; starttls: before anything else, or no mail; plaintext: none, and then no login either */
  readonly tls: "implicit" | "starttls" | "plaintext";
  readonly user?: string;
}

export type Certificates =
  | {
      readonly kind: "acme";
      readonly challenge: "dns-01" | "tls-alpn-01";
      /** URL */
      readonly directory: string;
      /** the account is bound to one of the operator's with the authority (STALWART_ACME_EAB_…) @default false */
      readonly eab?: true;
    }
  | { readonly kind: "files"; readonly chain: CertificateFile; readonly key: CertificateFile }
  | { readonly kind: "none" };

export interface CertificateFile {
  readonly source: string;
  readonly hash: string;
}

export interface MailboxSite {
  readonly server: "stalwart" | "maddy";
  readonly image: string;
  readonly sidecarImage: string;
  readonly dockerHost: string;
  /** path of that engine's socket on its own host @default by dockerHost, see engineSocket */
  readonly dockerSocket?: string;
  readonly ephemeral: boolean;
  readonly smarthost?: Smarthost;
  readonly certificates: Certificates;
  /** names in the certificate beside those that follow from the deployment @default none */
  readonly tlsNames?: readonly string[];
  readonly mtaSts: "testing" | "enforce" | "none";
  readonly downloads: { readonly webAdmin: boolean; readonly spamRules: boolean; readonly asn: boolean };
}

export interface PostgresSite {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}
export interface RedisSite {
  readonly host: string;
  readonly port: number;
  readonly database: number;
}
export interface S3Site {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly bucket: string;
}

/** What the zones say beyond names and ports. */
export interface DnsSite {
  /** addresses or networks from which the mailbox sends by itself; absent where nobody said so */
  readonly egress?: readonly string[];
  /** SPF mechanisms of the operator's own; absent where nobody said so */
  readonly spfAlso?: readonly string[];
  readonly spfAll: "softfail" | "fail";
  readonly dmarc: "none" | "quarantine" | "reject";
  /** @default postmaster@ each domain */
  readonly reports?: string;
  readonly tlsa: boolean;
  /** seconds */
  readonly ttl: number;
  /** `address` or `address:port` */
  readonly resolvers: readonly string[];
}

export interface BackendsSite {
  readonly kind: "embedded" | "external";
  readonly postgres: PostgresSite;
  readonly redis?: RedisSite;
  readonly s3?: S3Site;
  readonly images: { readonly postgres: string; readonly garage: string; readonly redis: string };
  /** what `npm run backends` administers external ones with; each part only where its secret is given */
  readonly admin: { readonly postgresUser?: string; readonly garagePort?: number };
}

export type StateSite =
  | { readonly kind: "local" }
  | { readonly kind: "pg"; readonly schema: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly region: string; readonly endpoint?: string };

export type Secrets = Readonly<Partial<Record<SecretName, SecretFile>>>;

export interface ConfigInput {
  /** the folder that holds `.env`; relative paths in it start there */
  readonly project: string;
  /** the process environment; what is set there wins over `.env` */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** the text of `.env`; undefined on a fresh clone, where the example's values stand in */
  readonly dotenv: string | undefined;
  /** the text of `settings.env`, which is committed and holds no secret; `.env` wins over it @default none */
  readonly settings?: string;
}
