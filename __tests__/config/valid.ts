import * as fc from "fast-check";
import { CONTRACT } from "../../lib/config/contract";
import { MAIL_LINES, type MailLineName } from "../../lib/wire";

export type Overrides = Readonly<Record<string, string | undefined>>;

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const subset = <T>(all: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...all]);
const octet = fc.integer({ min: 1, max: 254 });
const yesNo = fc.constantFrom("true", "false");

/** Where each mail line is: public, in the tailnet, or off. smtp is public. */
const lines = (server: string): fc.Arbitrary<Overrides> => {
  const served = MAIL_LINES.filter((name) => server === "stalwart" || !["sieve", "pop3s"].includes(name));
  return fc.tuple(...served.map((name) => fc.record({ name: fc.constant(name), at: name === "smtp" ? fc.constant("public") : fc.constantFrom("public", "tailnet", "off") }))).map((all) => {
    const at = (place: string): MailLineName[] => all.filter((one) => one.at === place).map(({ name }) => name);
    return { PUBLIC_LINES: at("public").join(), TAILNET_LINES: at("tailnet").join() || "none" };
  });
};

const edges = fc.uniqueArray(label, { minLength: 1, maxLength: 3 }).chain((names) =>
  fc.record({ third: octet, v6: subset(names) }).map(({ third, v6 }): Overrides => {
    const each = (value: (index: number) => string): string => names.map((name, index) => `${name}=${value(index)}`).join();
    return {
      EDGE_MAGIC_NAME: names.join(),
      EDGE_IPV4: each((index) => `198.51.${third}.${index + 1}`),
      EDGE_DOCKER_HOST: each((index) => `ssh://root@host${index}.test`),
      EDGE_IPV6: v6.map((name, index) => `${name}=2001:db8::${index + 1}`).join() || undefined,
    };
  }),
);

const web = (server: string): fc.Arbitrary<Overrides> =>
  server === "maddy"
    ? fc.constant({})
    : fc.oneof(
        fc.constant<Overrides>({ EDGE_WEB: "mail-only" }),
        fc.record<Overrides>({
          EDGE_WEB: fc.constantFrom("shared", undefined),
          WEB_NAMES: subset(["mta-sts", "autoconfig", "autodiscover", "ua-auto-config", "mail"]).map((names) => names.join() || undefined),
          WEB_PROXY_PROTOCOL: yesNo,
          EDGE_WEB_FALLBACK: fc.constantFrom(undefined, "127.0.0.1:8443", "[::1]:9443", "web.internal:443", "192.168.7.9:443"),
          EDGE_WEB_FALLBACK_PROXY_PROTOCOL: fc.constant("true"),
          ADMIN_VHOST: fc.constantFrom(undefined, "admin.elsewhere.test"),
        }),
      );

const backends = (server: string): fc.Arbitrary<Overrides> =>
  fc.oneof(
    fc.record<Overrides>({
      BACKENDS: fc.constantFrom("embedded", undefined),
      STALWART_DB_PORT: fc.constantFrom(undefined, "5433", "15432"),
      EMBEDDED_REDIS: server === "maddy" ? fc.constantFrom(undefined, "false") : fc.constantFrom(undefined, "true", "false"),
    }),
    fc.record<Overrides>({
      BACKENDS: fc.constant("external"),
      STALWART_DB_HOST: fc.constantFrom("pg-0", "db.tail0000.ts.net"),
      STALWART_DB_PORT: fc.constantFrom(undefined, "25", "5433"),
      STALWART_REDIS_HOST: server === "maddy" ? fc.constant(undefined) : fc.constantFrom(undefined, "redis-0"),
      STALWART_S3_ENDPOINT: server === "maddy" ? fc.constant(undefined) : fc.constantFrom(undefined, "http://garage-0", "https://s3-0:9000"),
      BACKENDS_TAG: fc.constantFrom(undefined, "tag:shared", "postgres=tag:pg,redis=tag:kv"),
    }),
  );

const rest: fc.Arbitrary<Overrides> = fc.record<Overrides>({
  MAIL_DOMAIN: fc.uniqueArray(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.map((one) => `${one}.test`).join()),
  MAIL_HOSTNAME: fc.constantFrom(undefined, "mx.elsewhere.test"),
  STALWART_MAGIC_NAME: fc.constantFrom(undefined, "mailbox-1"),
  MAILBOX_TAG: fc.constantFrom(undefined, "tag:mail"),
  EDGE_TAG: fc.constantFrom(undefined, "tag:front"),
  TAILNET_USERS: fc.constantFrom(undefined, "group:staff,alice@one.test"),
  STALWART_SMARTHOST: fc.constantFrom(undefined, "direct", "smtp.relay.test:465", "203.0.113.9"),
  TS_EPHEMERAL: fc.constantFrom(undefined, ...["true", "false"]),
  STATE_BACKEND: fc.constantFrom(undefined, "local", "pg"),
});

/** Settings, beside those of the test's base, that are valid together. */
export const validOverrides: fc.Arbitrary<Overrides> = fc
  .constantFrom("stalwart", "maddy")
  .chain((server) => fc.tuple(fc.constant<Overrides>({ MAIL_SERVER: server }), lines(server), edges, web(server), backends(server), rest))
  .map((parts) => Object.assign({}, ...parts) as Overrides)
  .filter(({ EDGE_MAGIC_NAME, STALWART_MAGIC_NAME }) => !EDGE_MAGIC_NAME?.split(",").includes(STALWART_MAGIC_NAME ?? CONTRACT.STALWART_MAGIC_NAME.default ?? ""));
