import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { CONTRACT, SECRETS, VARIABLES, type SecretName, type Settings, type VariableName, type WebName } from "./config/contract";
import { readDotenv } from "./config/dotenv";
import { SecretStore, fromStackFolder, type SecretFile } from "./config/secrets";
import { didYouMean, type HostPort, type PerName } from "./config/values";
import { refuseIfAny } from "./errors";
import { BACKEND_LINES, SERVICES, type BackendLineName, type MailLineName } from "./wire/services";

/** What is deployed, checked and complete: everything on the right of the wire derives from this. */
export interface Deployment {
  readonly domains: readonly string[];
  /** the name that clients and other mail servers use */
  readonly hostname: string;
  readonly tailnet: Tailnet;
  readonly lines: { readonly public: readonly MailLineName[]; readonly tailnet: readonly MailLineName[] };
  /** absent on a mail-only edge */
  readonly web?: Web;
  readonly adminVhost?: string;
  readonly edges: readonly EdgeSite[];
  readonly caddy: CaddySource;
  readonly mailbox: MailboxSite;
  readonly backends: BackendsSite;
  readonly state: StateSite;
  readonly secrets: Secrets;
  /** required variables that still hold the example's value, as `NAME=value`: deploy refuses them */
  readonly examples: readonly string[];
  /** secrets and files that synth does without and deploy needs, each with the reason */
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
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
}

export interface Web {
  readonly names: readonly WebName[];
  readonly proxyProtocol: boolean;
  readonly fallback: HostPort & { readonly proxyProtocol: boolean };
}

export interface EdgeSite {
  /** first label of its MagicDNS name */
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6?: string;
  readonly dockerHost: string;
}

export interface CaddySource {
  readonly download: string;
  readonly sha256?: string;
  readonly version: string;
  readonly l4Version: string;
  readonly arch: "amd64" | "arm64";
  readonly baseImage: string;
}

export interface Smarthost {
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
  readonly user?: string;
}

export type Certificates =
  | { readonly kind: "acme"; readonly challenge: "dns-01" | "tls-alpn-01"; readonly directory: string }
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
  readonly ephemeral: boolean;
  readonly smarthost?: Smarthost;
  readonly certificates: Certificates;
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

export interface BackendsSite {
  readonly kind: "embedded" | "external";
  readonly postgres: PostgresSite;
  readonly redis?: RedisSite;
  readonly s3?: S3Site;
  readonly images: { readonly postgres: string; readonly garage: string };
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
}

/**
 * Reads the operator's whole surface.
 * @throws MistakesError with one line for each mistake
 */
export function readConfig(input: ConfigInput): Deployment {
  const { settings, secretTexts, mistakes, examples } = readVariables(input);
  refuseIfAny(mistakes);
  return new DeploymentMaker(settings as Settings, secretTexts, examples, new SecretStore(input.project), input.project).make();
}

/** Names that belong to Terraform and are read from the environment of the deploy, not from `.env`. */
const TERRAFORMS_OWN = ["PG_CONN_STR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

interface SecretText {
  readonly value?: string;
  readonly file?: string;
}

function readVariables({ project, environment, dotenv }: ConfigInput): {
  settings: Partial<Settings>;
  secretTexts: Partial<Record<SecretName, SecretText>>;
  mistakes: string[];
  examples: string[];
} {
  const file = readDotenv(dotenv ?? "");
  const mistakes = [...file.mistakes];
  const known = [...VARIABLES, ...SECRETS.map((name) => `${name}_FILE`)];
  for (const [name, { line }] of file.values) {
    if (known.includes(name)) continue;
    const hint = TERRAFORMS_OWN.includes(name)
      ? "Terraform reads it from the environment: export it in the shell that deploys"
      : didYouMean(name, known) || "the variables are listed in .env.example; take the line out";
    mistakes.push(`.env line ${line}: ${name} is not a variable of tailwart; ${hint}`);
  }

  // An empty value counts as not set, so that `NAME=` in a copied .env does no harm.
  const text = (name: string): string | undefined => environment[name]?.trim() || file.values.get(name)?.value.trim() || undefined;

  const settings: Record<string, unknown> = {};
  const secretTexts: Partial<Record<SecretName, SecretText>> = {};
  const examples: string[] = [];
  for (const name of VARIABLES) {
    const variable = CONTRACT[name];
    const given = text(name);
    if (variable.secret) {
      const path = text(`${name}_FILE`);
      if (given !== undefined && path !== undefined) mistakes.push(`${name}: it is set and ${name}_FILE too; keep one of them`);
      const value = path === undefined ? given : readSecretFile(resolve(project, path), `${name}_FILE`, mistakes);
      if (value !== undefined && !variable.type.safeParse(value).success)
        mistakes.push(`${name}: got a value that cannot be used (not shown); allowed: ${variable.allowed}`);
      else if (value !== undefined) secretTexts[name as SecretName] = path === undefined ? { value } : { file: path };
      continue;
    }
    if (variable.required && given === undefined && dotenv !== undefined)
      mistakes.push(`${name}: got nothing; allowed: ${variable.allowed}; set it, for example ${name}=${variable.example}`);
    const used = given ?? variable.default ?? (variable.required ? variable.example : undefined);
    if (used === undefined) continue;
    if (variable.required && used === variable.example) examples.push(`${name}=${used}`);
    const result = variable.type.safeParse(used);
    if (result.success) settings[name] = result.data;
    else mistakes.push(`${name}: got "${printable(used)}"; allowed: ${variable.allowed}; ${printable(result.error.issues[0].message, 400)}`);
  }
  return { settings: settings as Partial<Settings>, secretTexts, mistakes, examples };
}

const printable = (text: string, most = 120): string => {
  const safe = text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, "?");
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
};

/** The file's one line; undefined when it is not there (synth does without, deploy names it as missing). */
function readSecretFile(path: string, variable: string, mistakes: string[]): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    if (!statSync(path).isFile()) throw new Error("it is not a file");
    return readFileSync(path, "utf8").replace(/\r?\n$/, "") || undefined;
  } catch (error) {
    mistakes.push(`${variable}: the file cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}); name a readable file`);
    return undefined;
  }
}

/** The rules that look at more than one variable, and the derived defaults. */
class DeploymentMaker {
  private readonly mistakes: string[] = [];
  private readonly warnings: string[] = [];
  private readonly missing: string[] = [];
  private readonly secrets: Partial<Record<SecretName, SecretFile>> = {};

  constructor(
    private readonly s: Settings,
    private readonly texts: Partial<Record<SecretName, SecretText>>,
    private readonly examples: readonly string[],
    private readonly store: SecretStore,
    private readonly project: string,
  ) {}

  make(): Deployment {
    const { s } = this;
    const hostname = s.MAIL_HOSTNAME ?? `mail.${s.MAIL_DOMAIN[0]}`;
    const tailnet = this.tailnet();
    const web = this.web();
    const deployment = {
      domains: s.MAIL_DOMAIN,
      hostname,
      tailnet,
      lines: this.lines(),
      web,
      adminVhost: this.adminVhost(),
      edges: this.edges(),
      caddy: this.caddy(),
      mailbox: this.mailbox(web),
      backends: this.backends(tailnet),
      state: this.state(),
      examples: this.examples,
    };
    this.collectUnused();
    refuseIfAny(this.mistakes);
    // Only now are secrets put down on disk: a configuration with mistakes leaves nothing behind.
    for (const [name, file] of Object.entries(this.wanted)) this.secrets[name as SecretName] = this.place(name as SecretName, file);
    return { ...deployment, secrets: this.secrets, missing: this.missing, warnings: this.warnings };
  }

  private readonly wanted: Partial<Record<SecretName, string>> = {};

  /** Marks a secret as needed by this deployment. */
  private need(name: SecretName, why: string): void {
    this.wanted[name] = why;
    if (this.texts[name] === undefined) this.missing.push(`${name}: ${why}`);
  }

  private place(name: SecretName, _why: string): SecretFile {
    const text = this.texts[name];
    if (text?.value !== undefined) return this.store.fromValue(name, text.value);
    return text?.file !== undefined ? this.store.fromFile(name, text.file) : this.store.missing(name);
  }

  private refuse(name: VariableName, got: unknown, rest: string): void {
    this.mistakes.push(`${name}: got "${String(got)}"; ${rest}`);
  }

  /** What was set and does nothing: a story of settings that never reached the server. */
  private collectUnused(): void {
    for (const name of Object.keys(this.texts) as SecretName[])
      if (this.wanted[name] === undefined) this.warnings.push(`${name} is set but nothing in this configuration uses it`);
  }

  private tailnet(): Tailnet {
    const { s } = this;
    const headscale = s.TS_LOGIN_SERVER;
    let name = s.TS_TAILNET;
    if (!name.includes(".")) {
      if (headscale === undefined) name = `${name}.ts.net`;
      else this.refuse("TS_TAILNET", name, "allowed: your Headscale's whole base_domain, like tailnet.example.org");
    }
    const admins = s.TAILNET_ADMINS ?? (headscale === undefined ? ["autogroup:admin"] : []);
    if (headscale !== undefined && admins.some((who) => /^autogroup:(admin|owner)$/.test(who)))
      this.refuse("TAILNET_ADMINS", admins.join(","), "Headscale knows no autogroup:admin; write a user (name@) or a group");
    if (headscale !== undefined && admins.length === 0)
      this.warnings.push("TAILNET_ADMINS is not set: with Headscale nobody but the edge's admin vhost then reaches the mail server's administration");
    if (s.MAILBOX_TAG === s.EDGE_TAG)
      this.refuse("MAILBOX_TAG", s.MAILBOX_TAG, "it is EDGE_TAG too; give the mailbox a tag of its own, or every grant to the mailbox opens the edge as well");
    const backendTags = this.eachBackend(s.BACKENDS_TAG);
    for (const [backend, tag] of Object.entries(backendTags))
      if (tag === s.EDGE_TAG) this.refuse("BACKENDS_TAG", tag, `it is EDGE_TAG too; give ${backend} a tag of its own, or the mailbox's grant opens the edge`);
    if (s.EDGE_MAGIC_NAME.includes(s.STALWART_MAGIC_NAME))
      this.refuse("EDGE_MAGIC_NAME", s.EDGE_MAGIC_NAME.join(","), `${s.STALWART_MAGIC_NAME} is the mailbox's (STALWART_MAGIC_NAME); two nodes cannot have one name`);
    this.need("TS_AUTHKEY", "the mailbox joins the tailnet with it");
    return {
      name,
      headscale,
      mailboxName: s.STALWART_MAGIC_NAME,
      tags: { mailbox: s.MAILBOX_TAG, edge: s.EDGE_TAG, ...backendTags },
      users: s.TAILNET_USERS,
      admins,
      testUser: s.TAILNET_TEST_USER,
    };
  }

  private eachBackend(given: PerName<string>): Record<BackendLineName, string> {
    const all = "all" in given ? given.all : undefined;
    const each = "each" in given ? given.each : {};
    for (const name of Object.keys(each))
      if (!(BACKEND_LINES as readonly string[]).includes(name))
        this.refuse("BACKENDS_TAG", name, `allowed: ${BACKEND_LINES.join(", ")}; ${didYouMean(name, BACKEND_LINES) || "take it out"}`);
    return Object.fromEntries(BACKEND_LINES.map((name) => [name, all ?? each[name] ?? CONTRACT.BACKENDS_TAG.default])) as Record<BackendLineName, string>;
  }

  private lines(): Deployment["lines"] {
    const { s } = this;
    const both = s.TAILNET_LINES.filter((name) => s.PUBLIC_LINES.includes(name));
    if (both.length > 0) this.refuse("TAILNET_LINES", s.TAILNET_LINES.join(","), `${both.join(", ")} is in PUBLIC_LINES too; a line is either public or tailnet-only`);
    if (!s.PUBLIC_LINES.includes("smtp"))
      this.refuse("PUBLIC_LINES", s.PUBLIC_LINES.join(","), "smtp is not among them; other mail servers deliver on it, so it has to be public; add smtp");
    const unserved = [...s.PUBLIC_LINES, ...s.TAILNET_LINES].filter((name) => ["sieve", "pop3s"].includes(name));
    if (s.MAIL_SERVER === "maddy" && unserved.length > 0)
      this.refuse(s.PUBLIC_LINES.includes(unserved[0]) ? "PUBLIC_LINES" : "TAILNET_LINES", unserved.join(","), "maddy does not serve it; take it out, or use MAIL_SERVER=stalwart");
    return { public: s.PUBLIC_LINES, tailnet: s.TAILNET_LINES };
  }

  private web(): Web | undefined {
    const { s } = this;
    const maddy = s.MAIL_SERVER === "maddy";
    if (maddy && s.EDGE_WEB === "shared")
      this.refuse("EDGE_WEB", "shared", "maddy serves no MTA-STS or autoconfig, so the edge has nothing to hand it; use mail-only and serve them from your web server");
    if ((s.EDGE_WEB ?? (maddy ? "mail-only" : "shared")) === "mail-only") {
      if (s.WEB_PROXY_PROTOCOL) this.refuse("WEB_PROXY_PROTOCOL", true, "the edge is mail-only and carries no HTTPS; set it to false or use EDGE_WEB=shared");
      return undefined;
    }
    return {
      names: s.WEB_NAMES,
      proxyProtocol: s.WEB_PROXY_PROTOCOL,
      fallback: { ...s.EDGE_WEB_FALLBACK, proxyProtocol: s.EDGE_WEB_FALLBACK_PROXY_PROTOCOL },
    };
  }

  private adminVhost(): string | undefined {
    const { s } = this;
    if (s.ADMIN_VHOST === undefined) return undefined;
    if (s.MAIL_SERVER === "maddy") this.refuse("ADMIN_VHOST", s.ADMIN_VHOST, "maddy has no web administration; take it out");
    else if (s.EDGE_WEB === "mail-only") return s.ADMIN_VHOST;
    else if (!s.EDGE_WEB_FALLBACK_PROXY_PROTOCOL)
      this.refuse("ADMIN_VHOST", s.ADMIN_VHOST, "behind the edge the web server takes everybody for 127.0.0.1 and could not keep strangers out; set EDGE_WEB_FALLBACK_PROXY_PROTOCOL=true too");
    return s.ADMIN_VHOST;
  }

  private edges(): EdgeSite[] {
    const { s } = this;
    const names = s.EDGE_MAGIC_NAME;
    const of = <T>(variable: VariableName, given: PerName<T> | undefined, shared: boolean): ((name: string) => T | undefined) => {
      if (given === undefined) return () => undefined;
      if ("all" in given) {
        if (!shared && names.length > 1) this.refuse(variable, given.all, `there are ${names.length} edges; write ${names.map((name) => `${name}=…`).join(",")}`);
        return () => given.all;
      }
      for (const name of Object.keys(given.each))
        if (!names.includes(name)) this.refuse(variable, name, `allowed: the names in EDGE_MAGIC_NAME (${names.join(", ")}); ${didYouMean(name, names) || "take it out"}`);
      return (name) => given.each[name];
    };
    const ipv4 = of("EDGE_IPV4", s.EDGE_IPV4, false);
    const ipv6 = of("EDGE_IPV6", s.EDGE_IPV6, false);
    const dockerHost = of("EDGE_DOCKER_HOST", s.EDGE_DOCKER_HOST, false);
    const sites = names.map((name): EdgeSite => {
      const address = ipv4(name);
      if (address === undefined) this.mistakes.push(`EDGE_IPV4: got nothing for edge ${name}; write ${name}=address as well`);
      const engine = dockerHost(name);
      if (engine === undefined) this.mistakes.push(`EDGE_DOCKER_HOST: got nothing for edge ${name}; write ${name}=engine as well`);
      return { name, ipv4: address ?? "", ipv6: ipv6(name), dockerHost: engine ?? "" };
    });
    for (const [variable, values] of [
      ["EDGE_IPV4", sites.map((site) => site.ipv4)],
      ["EDGE_IPV6", sites.map((site) => site.ipv6)],
      ["EDGE_DOCKER_HOST", sites.map((site) => site.dockerHost)],
    ] as const) {
      const twice = values.find((value, index) => value && values.indexOf(value) !== index);
      if (twice) this.refuse(variable, twice, "two edges cannot share it: both would take the same ports");
    }
    return sites;
  }

  private caddy(): CaddySource {
    const { s } = this;
    const version = s.CADDY_VERSION.replace(/^v/, "");
    const l4Version = s.CADDY_L4_VERSION.replace(/^v/, "");
    const modules = [`github.com/mholt/caddy-l4@v${l4Version}`, ...(s.CADDY_PLUGINS ?? [])];
    const query = [`os=linux`, `arch=${s.CADDY_ARCH}`, ...modules.map((path) => `p=${encodeURIComponent(path).replace(/%40/g, "@")}`)].join("&");
    if (s.CADDY_DOWNLOAD !== undefined && s.CADDY_PLUGINS !== undefined)
      this.warnings.push("CADDY_PLUGINS only changes the default download; CADDY_DOWNLOAD is taken as it is and has to hold them");
    if (s.CADDY_DOWNLOAD !== undefined && !/^https?:/.test(s.CADDY_DOWNLOAD) && !existsSync(resolve(this.project, s.CADDY_DOWNLOAD)))
      this.missing.push(`CADDY_DOWNLOAD: the file ${s.CADDY_DOWNLOAD} is not there`);
    if (s.CADDY_SHA256 === undefined)
      this.warnings.push("CADDY_SHA256 is not set: the download is checked for its versions and modules, but nothing proves that nobody changed it");
    return { download: s.CADDY_DOWNLOAD ?? `https://caddyserver.com/api/download?${query}`, sha256: s.CADDY_SHA256, version, l4Version, arch: s.CADDY_ARCH, baseImage: s.EDGE_BASE_IMAGE };
  }

  private mailbox(web: Web | undefined): MailboxSite {
    const { s } = this;
    const stalwart = s.MAIL_SERVER === "stalwart";
    const image = stalwart ? s.STALWART_IMAGE : s.MADDY_IMAGE;
    this.refuseOld(stalwart ? "STALWART_IMAGE" : "MADDY_IMAGE", image, stalwart ? [0, 16, 16] : [0, 9, 1]);
    this.need("STALWART_ADMIN_PASSWORD", "the first account gets it");
    return {
      server: s.MAIL_SERVER,
      image,
      sidecarImage: s.TAILSCALE_IMAGE,
      dockerHost: s.MAILBOX_DOCKER_HOST,
      ephemeral: s.TS_EPHEMERAL,
      smarthost: this.smarthost(),
      certificates: this.certificates(web),
      mtaSts: s.MTA_STS_MODE,
      downloads: { webAdmin: s.STALWART_WEB_ADMIN === "default", spamRules: s.STALWART_SPAM_RULES === "default", asn: s.STALWART_ASN === "default" },
    };
  }

  private refuseOld(variable: VariableName, image: string, least: readonly [number, number, number]): void {
    const found = /:v?(\d+)\.(\d+)\.(\d+)/.exec(image)?.slice(1).map(Number);
    if (found === undefined) return;
    const difference = found.map((part, index) => part - least[index]).find((part) => part !== 0) ?? 0;
    if (difference < 0) this.refuse(variable, image, `allowed: ${least.join(".")} or newer; older ones break the PROXY protocol or the start plan`);
  }

  private smarthost(): Smarthost | undefined {
    const { s } = this;
    const given = s.STALWART_SMARTHOST;
    if (given === undefined || given.host === "direct") {
      if (given === undefined)
        this.warnings.push("STALWART_SMARTHOST is not set: outgoing mail goes direct from the mailbox on port " + `${SERVICES.smtp.port}, which most hosts block; set it, or write direct`);
      if (s.STALWART_SMARTHOST_USER !== undefined) this.refuse("STALWART_SMARTHOST_USER", s.STALWART_SMARTHOST_USER, "there is no smarthost; set STALWART_SMARTHOST too");
      return undefined;
    }
    const port = given.port ?? SERVICES.submission.port;
    if (s.STALWART_SMARTHOST_USER !== undefined) this.need("STALWART_SMARTHOST_PASSWORD", `${s.STALWART_SMARTHOST_USER} logs in at ${given.host} with it`);
    return { host: given.host, port, implicitTls: port === SERVICES.submissions.port, user: s.STALWART_SMARTHOST_USER };
  }

  private certificates(web: Web | undefined): Certificates {
    const { s } = this;
    const provider = s.STALWART_ACME_PROVIDER ?? "none";
    const [chain, key] = [s.MAIL_TLS_CERT_FILE, s.MAIL_TLS_KEY_FILE];
    if ((chain === undefined) !== (key === undefined))
      this.mistakes.push(`${chain === undefined ? "MAIL_TLS_CERT_FILE" : "MAIL_TLS_KEY_FILE"}: got nothing; a certificate needs both its chain and its key; set it too`);
    if (provider !== "none") {
      if (chain !== undefined) this.refuse("STALWART_ACME_PROVIDER", provider, "MAIL_TLS_CERT_FILE is set too; keep one of them");
      if (s.MAIL_SERVER === "maddy") this.refuse("STALWART_ACME_PROVIDER", provider, "it is Stalwart's; with maddy set MAIL_TLS_CERT_FILE and MAIL_TLS_KEY_FILE");
      if (provider === "spaceship") {
        this.need("STALWART_ACME_KEY", "Spaceship's API asks for it");
        this.need("STALWART_ACME_TOKEN", "Spaceship's API asks for it");
        return { kind: "acme", challenge: "dns-01", directory: s.STALWART_ACME_DIRECTORY };
      }
      if (web === undefined) this.refuse("STALWART_ACME_PROVIDER", provider, "the certificate authority connects through the edge's HTTPS port, and this edge is mail-only; use EDGE_WEB=shared or spaceship");
      else if (!web.names.includes("mail")) this.refuse("STALWART_ACME_PROVIDER", provider, "the edge has to hand MAIL_HOSTNAME to the mailbox for it; add mail to WEB_NAMES");
      return { kind: "acme", challenge: "tls-alpn-01", directory: s.STALWART_ACME_DIRECTORY };
    }
    if (chain !== undefined && key !== undefined) {
      for (const [variable, path] of [["MAIL_TLS_CERT_FILE", chain], ["MAIL_TLS_KEY_FILE", key]] as const)
        if (!existsSync(resolve(this.project, path))) this.missing.push(`${variable}: the file ${path} is not there`);
      const file = (path: string): CertificateFile => ({ source: fromStackFolder(path), hash: this.store.hashOfFile(path) });
      return { kind: "files", chain: file(chain), key: file(key) };
    }
    if (s.MAIL_SERVER === "maddy") this.missing.push("MAIL_TLS_CERT_FILE and MAIL_TLS_KEY_FILE: maddy needs a certificate by files");
    else this.warnings.push("no certificate is configured: the server makes one of its own that nobody trusts; set STALWART_ACME_PROVIDER or MAIL_TLS_CERT_FILE");
    return { kind: "none" };
  }

  private backends(tailnet: Tailnet): BackendsSite {
    const { s } = this;
    const embedded = s.BACKENDS === "embedded";
    const images = { postgres: s.POSTGRES_IMAGE, garage: s.GARAGE_IMAGE };
    this.need("STALWART_DB_PASSWORD", "PostgreSQL asks for it");
    const s3Secrets = (): void => {
      this.need("STALWART_S3_ACCESS_KEY", "S3 asks for it");
      this.need("STALWART_S3_SECRET_KEY", "S3 asks for it");
    };
    const login = { database: s.STALWART_DB_NAME, user: s.STALWART_DB_USER };
    const bucket = { region: s.STALWART_S3_REGION, bucket: s.STALWART_S3_BUCKET };
    if (embedded) {
      for (const name of ["STALWART_DB_HOST", "STALWART_REDIS_HOST", "STALWART_S3_ENDPOINT"] as const)
        if (s[name] !== undefined) this.refuse(name, s[name], "BACKENDS is embedded, so it would never be used; set BACKENDS=external or take it out");
      const stalwart = s.MAIL_SERVER === "stalwart";
      if (stalwart) {
        s3Secrets();
        this.need("GARAGE_RPC_SECRET", "Garage asks for it");
      }
      return {
        kind: "embedded",
        postgres: { host: "127.0.0.1", port: s.STALWART_DB_PORT ?? SERVICES.postgres.port, ...login },
        s3: stalwart ? { tls: false, host: "127.0.0.1", port: SERVICES.s3.port, ...bucket } : undefined,
        images,
      };
    }
    const inTailnet = (variable: VariableName, host: string): string => {
      if (!host.includes(".")) return `${host}.${tailnet.name}`;
      if (!host.endsWith(`.${tailnet.name}`))
        this.refuse(variable, host, `it is not in the tailnet ${tailnet.name}, and backends are reached through it only; write its MagicDNS name, like ${host.split(".")[0]}`);
      return host;
    };
    if (s.STALWART_DB_HOST === undefined) this.mistakes.push("STALWART_DB_HOST: got nothing; BACKENDS=external needs PostgreSQL's MagicDNS name; set it, for example STALWART_DB_HOST=postgres");
    if (s.STALWART_REDIS_HOST !== undefined) this.need("STALWART_REDIS_PASSWORD", "Redis asks for it");
    let s3: S3Site | undefined;
    if (s.STALWART_S3_ENDPOINT !== undefined) {
      s3Secrets();
      const url = new URL(s.STALWART_S3_ENDPOINT);
      const tls = url.protocol === "https:";
      if (url.pathname !== "/") this.refuse("STALWART_S3_ENDPOINT", s.STALWART_S3_ENDPOINT, "leave out what comes after the host; the bucket has a variable of its own");
      if (/^[\d.]+$|^\[/.test(url.hostname)) this.refuse("STALWART_S3_ENDPOINT", s.STALWART_S3_ENDPOINT, "an IP address changes when a node registers again; write the node's MagicDNS name");
      else s3 = { tls, host: inTailnet("STALWART_S3_ENDPOINT", url.hostname), port: url.port ? Number(url.port) : tls ? SERVICES.web.port : SERVICES.s3.port, ...bucket };
    }
    return {
      kind: "external",
      postgres: { host: inTailnet("STALWART_DB_HOST", s.STALWART_DB_HOST ?? "postgres"), port: s.STALWART_DB_PORT ?? SERVICES.postgres.port, ...login },
      redis:
        s.STALWART_REDIS_HOST === undefined
          ? undefined
          : { host: inTailnet("STALWART_REDIS_HOST", s.STALWART_REDIS_HOST), port: s.STALWART_REDIS_PORT ?? SERVICES.redis.port, database: s.STALWART_REDIS_DB },
      s3,
      images,
    };
  }

  private state(): StateSite {
    const { s } = this;
    if (s.STATE_BACKEND === "pg") return { kind: "pg", schema: s.STATE_PG_SCHEMA };
    if (s.STATE_BACKEND === "local") return { kind: "local" };
    if (s.STATE_S3_BUCKET === undefined) this.mistakes.push("STATE_S3_BUCKET: got nothing; STATE_BACKEND=s3 needs a bucket; set it, for example STATE_S3_BUCKET=terraform-state");
    return { kind: "s3", bucket: s.STATE_S3_BUCKET ?? "", region: s.STATE_S3_REGION, endpoint: s.STATE_S3_ENDPOINT };
  }
}
