import { BACKEND_ADMIN_PORTS, SERVICES } from "../wire/services";
import type { VariableName } from "./contract";
import type { BackendsSite, Deployment, RedisSite, S3Site, Tailnet } from "./deployment";
import type { Findings } from "./findings";
import { imageOf } from "./image-bounds";

const LOOPBACK = "127.0.0.1";

function needS3(f: Findings): void {
  f.need("STALWART_S3_ACCESS_KEY", "S3 asks for it");
  f.need("STALWART_S3_SECRET_KEY", "S3 asks for it");
}

/** Redis beside the mail server: nobody else uses it, so it has one database. */
function embeddedRedis(f: Findings): RedisSite | undefined {
  const { settings: s } = f;
  if (!s.EMBEDDED_REDIS) {
    f.idle("EMBEDDED_REDIS is false", "STALWART_REDIS_PORT", "STALWART_REDIS_DB", "REDIS_IMAGE");
    return undefined;
  }
  f.idle("the embedded Redis has one database", "STALWART_REDIS_DB");
  if (s.MAIL_SERVER === "maddy") f.refuse("EMBEDDED_REDIS", "true", "maddy (MAIL_SERVER) does not use it; take it out");
  f.need("STALWART_REDIS_PASSWORD", "Redis asks for it");
  return { host: LOOPBACK, port: s.STALWART_REDIS_PORT ?? SERVICES.redis.port, database: 0 };
}

/** PostgreSQL, Garage and, when asked for, Redis beside the mail server. */
function embedded(f: Findings): Pick<BackendsSite, "postgres" | "redis" | "s3"> {
  const { settings: s } = f;
  for (const name of ["STALWART_DB_HOST", "STALWART_REDIS_HOST", "STALWART_S3_ENDPOINT"] as const) {
    const given = s[name];
    if (given !== undefined)
      f.refuse(name, typeof given === "string" ? given : given.host, `BACKENDS is embedded, so it would never be used; ${name === "STALWART_REDIS_HOST" ? "set EMBEDDED_REDIS=true for one beside the mail server, or BACKENDS=external" : "set BACKENDS=external or take it out"}`);
  }
  const stalwart = s.MAIL_SERVER === "stalwart";
  if (stalwart) {
    needS3(f);
    f.need("GARAGE_RPC_SECRET", "Garage asks for it");
  } else f.idle("MAIL_SERVER is maddy, which keeps its messages itself", "STALWART_S3_REGION", "STALWART_S3_BUCKET", "GARAGE_IMAGE");
  return {
    postgres: { host: LOOPBACK, port: s.STALWART_DB_PORT ?? SERVICES.postgres.port, database: s.STALWART_DB_NAME, user: s.STALWART_DB_USER },
    redis: embeddedRedis(f),
    s3: stalwart ? { tls: false, host: LOOPBACK, port: SERVICES.s3.port, region: s.STALWART_S3_REGION, bucket: s.STALWART_S3_BUCKET } : undefined,
  };
}

/** The whole MagicDNS name of a backend. */
function inTailnet(f: Findings, variable: VariableName, host: string, { name, mailboxName }: Tailnet): string {
  const [first, ...rest] = host.split(".");
  if (rest.length > 0 && rest.join(".") !== name)
    f.refuse(variable, host, `it is no MagicDNS name of the tailnet ${name} (TS_TAILNET), and backends are reached through it only; write its name there, like ${first}`);
  if (first === mailboxName) f.refuse(variable, host, "this is the mailbox itself (STALWART_MAGIC_NAME); use BACKENDS=embedded, or name the node that runs it");
  return rest.length > 0 ? host : `${host}.${name}`;
}

/** Backends of others, over the tailnet. */
function external(f: Findings, tailnet: Tailnet): Pick<BackendsSite, "postgres" | "redis" | "s3"> {
  const { settings: s } = f;
  f.idle("BACKENDS is external", "POSTGRES_IMAGE", "GARAGE_IMAGE", "REDIS_IMAGE");
  if (s.EMBEDDED_REDIS) f.refuse("EMBEDDED_REDIS", "true", "BACKENDS is external, so none runs beside the mail server; name the shared one in STALWART_REDIS_HOST, or take it out");
  if (s.STALWART_DB_HOST === undefined) f.lacks("STALWART_DB_HOST", "BACKENDS=external needs PostgreSQL's MagicDNS name; set it, for example STALWART_DB_HOST=postgres");
  const postgres = { host: inTailnet(f, "STALWART_DB_HOST", s.STALWART_DB_HOST ?? "postgres", tailnet), port: s.STALWART_DB_PORT ?? SERVICES.postgres.port, database: s.STALWART_DB_NAME, user: s.STALWART_DB_USER };

  if (s.MAIL_SERVER === "maddy")
    for (const name of ["STALWART_REDIS_HOST", "STALWART_S3_ENDPOINT"] as const) {
      const given = s[name];
      if (given !== undefined) f.refuse(name, typeof given === "string" ? given : given.host, "maddy (MAIL_SERVER) does not use it; take it out");
    }
  if (s.STALWART_REDIS_HOST === undefined) f.idle("STALWART_REDIS_HOST is not set", "STALWART_REDIS_PORT", "STALWART_REDIS_DB");
  else f.need("STALWART_REDIS_PASSWORD", "Redis asks for it");
  const redis = s.STALWART_REDIS_HOST === undefined ? undefined : { host: inTailnet(f, "STALWART_REDIS_HOST", s.STALWART_REDIS_HOST, tailnet), port: s.STALWART_REDIS_PORT ?? SERVICES.redis.port, database: s.STALWART_REDIS_DB };

  let s3: S3Site | undefined;
  if (s.STALWART_S3_ENDPOINT === undefined) f.idle("STALWART_S3_ENDPOINT is not set", "STALWART_S3_REGION", "STALWART_S3_BUCKET");
  else {
    needS3(f);
    const { tls, host, port } = s.STALWART_S3_ENDPOINT;
    s3 = { tls, host: inTailnet(f, "STALWART_S3_ENDPOINT", host, tailnet), port: port ?? (tls ? SERVICES.web.port : SERVICES.s3.port), region: s.STALWART_S3_REGION, bucket: s.STALWART_S3_BUCKET };
  }

  const places = [["STALWART_DB_HOST", postgres], ["STALWART_REDIS_HOST", redis], ["STALWART_S3_ENDPOINT", s3]] as const;
  places.forEach(([variable, place], index) => {
    const other = places.slice(0, index).find(([, one]) => one && place && one.host === place.host && one.port === place.port);
    if (place && other) f.refuse(variable, `${place.host}:${place.port}`, `${other[0]} is at the same host and port; one of them is wrong`);
  });
  return { postgres, redis, s3 };
}

/** What `npm run backends` may make things with. Only external backends are prepared; embedded ones make their own. */
function adminOf(f: Findings, { s3 }: Pick<BackendsSite, "s3">): BackendsSite["admin"] {
  const { BACKENDS: kind, DB_ADMIN_USER: user, GARAGE_ADMIN_PORT: port } = f.settings;
  if (kind === "external") {
    f.mayUse("DB_ADMIN_PASSWORD");
    if (s3) f.mayUse("GARAGE_ADMIN_TOKEN");
  }
  const [db, garage] = [kind === "external" && f.isGiven("DB_ADMIN_PASSWORD"), s3 && kind === "external" && f.isGiven("GARAGE_ADMIN_TOKEN")];
  if (!db) f.idle(kind === "external" ? "DB_ADMIN_PASSWORD is not set" : "BACKENDS is embedded", "DB_ADMIN_USER");
  if (!garage) f.idle(kind === "external" ? "GARAGE_ADMIN_TOKEN or STALWART_S3_ENDPOINT is not set" : "BACKENDS is embedded", "GARAGE_ADMIN_PORT");
  return { ...(db ? { postgresUser: user } : {}), ...(garage ? { garagePort: port ?? BACKEND_ADMIN_PORTS.s3 } : {}) };
}

/** Where PostgreSQL, Redis and S3 are. */
export function backendsOf(f: Findings, tailnet: Tailnet): BackendsSite {
  const { BACKENDS: kind } = f.settings;
  f.need("STALWART_DB_PASSWORD", "PostgreSQL asks for it");
  const places = kind === "embedded" ? embedded(f) : external(f, tailnet);
  return { kind, ...places, images: { postgres: imageOf(f, "POSTGRES_IMAGE"), garage: imageOf(f, "GARAGE_IMAGE"), redis: imageOf(f, "REDIS_IMAGE") }, admin: adminOf(f, places) };
}

/** Whether Garage runs beside the mail server, and its image is built here. */
export const hasGarage = ({ backends }: Pick<Deployment, "backends">): boolean => backends.kind === "embedded" && backends.s3 !== undefined;
