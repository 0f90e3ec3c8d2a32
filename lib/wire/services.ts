/**
 * Every service that tailwart knows, with its well-known port. The one place where a port number is written.
 *
 * - mail ports: RFC 5321 (25), RFC 8314 section 7.3 (465), RFC 6409 (587), RFC 9051 (143, 993),
 *   RFC 5804 (4190), RFC 8314 section 7.2 (995)
 * - `tls`: `starttls` = plain TCP first, upgraded by the client; `implicit` = TLS from the first byte; `none`
 */
export const SERVICES = {
  smtp: { kind: "mail", port: 25, protocol: "smtp", tls: "starttls" },
  submissions: { kind: "mail", port: 465, protocol: "smtp", tls: "implicit" },
  submission: { kind: "mail", port: 587, protocol: "smtp", tls: "starttls" },
  imap: { kind: "mail", port: 143, protocol: "imap", tls: "starttls" },
  imaps: { kind: "mail", port: 993, protocol: "imap", tls: "implicit" },
  sieve: { kind: "mail", port: 4190, protocol: "manageSieve", tls: "starttls" },
  pop3s: { kind: "mail", port: 995, protocol: "pop3", tls: "implicit" },
  web: { kind: "web", port: 443, protocol: "http", tls: "implicit" },
  admin: { kind: "admin", port: 8080, protocol: "http", tls: "none" },
  postgres: { kind: "backend", port: 5432, protocol: "postgresql", tls: "none" },
  redis: { kind: "backend", port: 6379, protocol: "redis", tls: "none" },
  s3: { kind: "backend", port: 3900, protocol: "s3", tls: "none" },
} as const satisfies Record<string, Service>;

export interface Service {
  readonly kind: "mail" | "web" | "admin" | "backend";
  /** TCP port */
  readonly port: number;
  readonly protocol: "smtp" | "imap" | "pop3" | "manageSieve" | "http" | "postgresql" | "redis" | "s3";
  readonly tls: "starttls" | "implicit" | "none";
}

export type LineName = keyof typeof SERVICES;
type NamesOf<K extends Service["kind"]> = {
  [N in LineName]: (typeof SERVICES)[N]["kind"] extends K ? N : never;
}[LineName];
export type MailLineName = NamesOf<"mail">;
export type BackendLineName = NamesOf<"backend">;

const namesOf = <K extends Service["kind"]>(kind: K): NamesOf<K>[] =>
  (Object.keys(SERVICES) as LineName[]).filter((name) => SERVICES[name].kind === kind) as NamesOf<K>[];

export const MAIL_LINES: readonly MailLineName[] = namesOf("mail");
export const BACKEND_LINES: readonly BackendLineName[] = namesOf("backend");

/** Ports on which relays speak TLS from the first byte: RFC 8314's, and those that large ones have beside it. */
export const IMPLICIT_TLS_RELAYS: readonly number[] = [SERVICES.submissions.port, 2465, 8465, SERVICES.web.port];

/** Ports inside the mailbox's namespace that no grant ever names. */
export const PRIVATE_PORTS = {
  /** Stalwart's recovery listener while the plan is applied (`STALWART_RECOVERY_MODE_PORT`); it listens on every address */
  recovery: 8089,
  /** tailscaled's own health answer, on 127.0.0.1 */
  sidecarHealth: 41234,
  /** Garage between its nodes; here one node talks to itself */
  garageRpc: 3901,
} as const;

/**
 * What the mail server sees in place of every edge's tailnet address, and the only peer that it believes a PROXY header from;
 * the guard in the mailbox's sidecar translates. Of TEST-NET-1 (RFC 5737 section 3), so that no host has it.
 */
export const EDGE_PEER = "192.0.2.2";

/** Where a backend is administered, when that is not its own line; no grant of ours names them. */
export const BACKEND_ADMIN_PORTS = {
  /** Garage's admin API (garagehq.deuxfleurs.fr, "Administration API") */
  s3: 3903,
} as const;
