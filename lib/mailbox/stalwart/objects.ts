/**
 * The objects of Stalwart's registry that the start plan writes, as its API takes them (0.16.16, crates/registry).
 * Encoding: a set is `{member: true}`, a list `{"0": …}`, a duration milliseconds, an expression's constants are quoted.
 */
export type SetOf<K extends string = string> = Readonly<Partial<Record<K, true>>>;
export type ListOf<T> = Readonly<Record<number, T>>;
/** the id of an object, `#key` of one created in the same request, or a placeholder that the start script fills in */
export type Id = string;

/** 1 ms is the unit of every duration. */
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const setOf = <K extends string>(...members: readonly K[]): SetOf<K> => Object.fromEntries(members.map((member) => [member, true])) as SetOf<K>;
export const listOf = <T>(...items: readonly T[]): ListOf<T> => Object.fromEntries(items.map((item, index) => [index, item]));

export type SecretRef = { readonly "@type": "File"; readonly filePath: string };
export interface Rate {
  readonly count: number;
  readonly period: number;
}
/** `match` has to be written even when it is empty: left out, the server keeps the one that it has, at first upstream's. */
export interface Expression {
  readonly match: ListOf<{ readonly if: string; readonly then: string }>;
  readonly else: string;
}

export interface Domain {
  readonly name: string;
  readonly dnsManagement: { readonly "@type": "Automatic"; readonly dnsServerId: Id; readonly publishRecords: SetOf<"dkim"> };
  readonly certificateManagement:
    | { readonly "@type": "Manual" }
    | { readonly "@type": "Automatic"; readonly acmeProviderId: Id; readonly subjectAlternativeNames: SetOf };
}
export interface SystemSettings {
  readonly defaultDomainId: Id;
  readonly defaultHostname: string;
  readonly mailExchangers: ListOf<{ readonly hostname: string; readonly priority: number }>;
  readonly services: Readonly<Partial<Record<ServiceName, { readonly hostname: string; readonly cleartext: boolean }>>>;
  readonly proxyTrustedNetworks: SetOf;
  readonly defaultCertificateId: Id | null;
}
export type ServiceName = "jmap" | "imap" | "pop3" | "smtp" | "caldav" | "carddav" | "webdav" | "managesieve";
export interface NetworkListener {
  readonly name: string;
  readonly protocol: "smtp" | "http" | "imap" | "pop3" | "manageSieve";
  readonly bind: SetOf;
  readonly useTls: boolean;
  readonly tlsImplicit: boolean;
  readonly overrideProxyTrustedNetworks?: SetOf;
}
export type InMemoryStore = { readonly "@type": "Default" } | { readonly "@type": "Redis"; readonly url: string; readonly timeout: number; readonly poolMaxConnections: number };
export type BlobStore =
  | { readonly "@type": "Default" }
  | {
      readonly "@type": "S3";
      readonly region: { readonly "@type": "Custom"; readonly customEndpoint: string; readonly customRegion: string };
      readonly bucket: string;
      readonly accessKey: SecretRef;
      readonly secretKey: SecretRef;
    };
export interface Security extends Readonly<Record<`${BanReason}BanPeriod`, number>>, Readonly<Record<`${BanReason}BanRate`, Rate>> {}
export type BanReason = "auth" | "abuse" | "loiter" | "scan";
export interface AllowedIp {
  readonly address: string;
  readonly reason: string;
}
export type MtaRoute =
  | { readonly "@type": "Local" | "Mx"; readonly name: string }
  | {
      readonly "@type": "Relay";
      readonly name: string;
      readonly address: string;
      readonly port: number;
      readonly protocol: "smtp";
      readonly implicitTls: boolean;
      readonly allowInvalidCerts: boolean;
      readonly authUsername?: string;
      readonly authSecret?: SecretRef;
    };
export type RequireOptional = "optional" | "require" | "disable";
export interface MtaTlsStrategy {
  readonly name: string;
  readonly startTls: RequireOptional;
  readonly dane: RequireOptional;
  readonly mtaSts: RequireOptional;
  readonly allowInvalidCerts: boolean;
}
export interface MtaInboundThrottle {
  readonly description: string;
  readonly enable: boolean;
  readonly key: SetOf<"remoteIp">;
  readonly rate: Rate;
}
export interface Account {
  readonly "@type": "User";
  readonly name: string;
  readonly domainId: Id;
  readonly roles: { readonly "@type": "Admin" };
  readonly aliases: ListOf<{ readonly name: string; readonly domainId: Id }>;
  readonly credentials: ListOf<{ readonly "@type": "Password"; readonly secret: string }>;
}

/** Every type by its name. */
export interface Registry {
  readonly Domain: Domain;
  readonly SystemSettings: SystemSettings;
  readonly NetworkListener: NetworkListener;
  readonly Certificate: { readonly certificate: SecretRef; readonly privateKey: SecretRef };
  readonly InMemoryStore: InMemoryStore;
  readonly BlobStore: BlobStore;
  readonly SearchStore: { readonly "@type": "Default" };
  readonly Coordinator: { readonly "@type": "Disabled" };
  readonly Security: Security;
  readonly Http: { readonly useXForwarded: boolean };
  readonly AllowedIp: AllowedIp;
  readonly MtaRoute: MtaRoute;
  readonly MtaTlsStrategy: MtaTlsStrategy;
  readonly MtaOutboundStrategy: { readonly route: Expression; readonly tls: Expression };
  readonly MtaInboundThrottle: MtaInboundThrottle;
  readonly MtaSts: { readonly mode: "enforce" | "testing" | "disable"; readonly mxHosts: SetOf };
  readonly Tracer: { readonly "@type": "Stdout"; readonly enable: boolean; readonly level: "info"; readonly ansi: boolean; readonly buffered: boolean };
  readonly Application: { readonly description: string; readonly enabled: boolean; readonly resourceUrl: string; readonly urlPrefix: SetOf };
  readonly Asn: { readonly "@type": "Resource"; readonly asnUrls: SetOf; readonly geoUrls: SetOf };
  readonly SpamSettings: { readonly spamFilterRulesUrl: string | null };
  readonly SpamPyzor: { readonly enable: boolean };
  readonly DnsServer: { readonly "@type": "Spaceship"; readonly description: string; readonly apiKey: string; readonly secret: SecretRef };
  readonly AcmeProvider: { readonly challengeType: "Dns01" | "TlsAlpn01"; readonly contact: SetOf; readonly directory: string; readonly eabKeyId?: string; readonly eabHmacKey?: string };
  readonly Account: Account;
}
export type TypeName = keyof Registry;

/** Types of which there is exactly one object. */
export const SINGLETONS = [
  "SystemSettings",
  "InMemoryStore",
  "BlobStore",
  "SearchStore",
  "Coordinator",
  "Security",
  "Http",
  "MtaOutboundStrategy",
  "MtaSts",
  "Asn",
  "SpamSettings",
  "SpamPyzor",
] as const satisfies readonly TypeName[];
export type Singleton = (typeof SINGLETONS)[number];
/** Types whose objects all belong to the plan: what is not in it goes. */
export type Owned = "NetworkListener" | "MtaRoute" | "MtaTlsStrategy" | "MtaInboundThrottle" | "Tracer" | "Application";
