import fc from "fast-check";
import { acmeFiles, certificateNames } from "../../../lib/mailbox/stalwart/acme";
import { checkPlan } from "../../../lib/mailbox/stalwart/lint";
import type { Registry, TypeName } from "../../../lib/mailbox/stalwart/objects";
import { startPlan } from "../../../lib/mailbox/stalwart/plan";
import { MOST_CALLS, planText, type PlanFile } from "../../../lib/mailbox/stalwart/request";
import { needsAllowList } from "../../../lib/mailbox/stalwart/security";
import { stalwartServer } from "../../../lib/mailbox/stalwart/server";
import { MAIL_LINES, makeWire } from "../../../lib/wire";
import { deployment, LARGE, wireOf } from "../../deployment";

type Overrides = Readonly<Record<string, string>>;
const planOf = (overrides: Overrides = {}): PlanFile[] => startPlan(deployment(overrides), wireOf(overrides));
const textOf = (files: readonly PlanFile[]): string => files.map((file) => `--- ${file.name}\n${planText(file)}`).join("");

/** The singleton's value, or the created objects by key, from all calls together. */
function written<T extends TypeName>(files: readonly PlanFile[], type: T): Record<string, Partial<Registry[T]>> {
  const calls = files.flatMap(({ request }) => request.methodCalls).filter(([method]) => method === `x:${type}/set`);
  const values = calls.flatMap(([, { create, update }]) => Object.entries({ ...create, ...update }));
  return values.reduce<Record<string, Partial<Registry[T]>>>((all, [key, value]) => ({ ...all, [key]: { ...all[key], ...value } }), {});
}
const names = (files: readonly PlanFile[]): string[] => files.map(({ name }) => name);

describe("the plan as it is sent", () => {
  test("of a small deployment", () => expect(textOf(planOf())).toMatchSnapshot());
  test("of a large one", () => expect(textOf(planOf(LARGE))).toMatchSnapshot());
  test("of a closed network with its own certificate", () => {
    const closed = { STALWART_WEB_ADMIN: "off", STALWART_SPAM_RULES: "off", STALWART_ASN: "off", MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" };
    expect(textOf(planOf(closed).filter(({ name }) => /^[68]/.test(name)))).toMatchSnapshot();
  });

  test("is JSON, file by file", () => {
    for (const file of planOf(LARGE)) expect(JSON.parse(planText(file))).toEqual(file.request);
  });
  test("has a domain for each of many, at most 16 calls a file", () => {
    const many = Array.from({ length: 30 }, (_, index) => `d${index}.test`).join(",");
    const files = planOf({ MAIL_DOMAIN: many, STALWART_ACME_PROVIDER: "spaceship" });
    expect(Math.max(...files.map(({ request }) => request.methodCalls.length))).toBeLessThanOrEqual(MOST_CALLS);
    expect(textOf(files)).toContain(`["x:Domain/query",{"filter":{"name":"d29.test"}},"=domain_30"]`);
  });
});

test("every valid choice of lines, web, server and backends gives a plan without a breach", () => {
  const flag = fc.constantFrom("true", "false");
  const choice = fc.record({
    lines: fc.shuffledSubarray([...MAIL_LINES].filter((line) => line !== "smtp")),
    cut: fc.nat(6),
    web: fc.constantFrom("shared", "mail-only"),
    proxy: flag,
    mail: flag,
    acme: fc.constantFrom("none", "spaceship", "tls-alpn-01"),
    backends: fc.constantFrom("embedded", "external"),
    smarthost: fc.constantFrom("direct", "smtp.relay.test", "smtp.relay.test:465"),
  });
  fc.assert(
    fc.property(choice, ({ lines, cut, web, proxy, mail, acme, backends, smarthost }) => {
      fc.pre(acme !== "tls-alpn-01" || (web === "shared" && mail === "true"));
      const [open, inside] = [lines.slice(0, cut), lines.slice(cut)];
      const one = deployment({
        PUBLIC_LINES: ["smtp", ...open].join(","),
        TAILNET_LINES: inside.join(",") || "none",
        EDGE_WEB: web,
        WEB_PROXY_PROTOCOL: web === "shared" ? proxy : "false",
        WEB_NAMES: `mta-sts,autoconfig${mail === "true" ? ",mail" : ""}`,
        STALWART_ACME_PROVIDER: acme,
        BACKENDS: backends,
        ...(backends === "external" ? { STALWART_DB_HOST: "postgres", STALWART_REDIS_HOST: "redis" } : {}),
        STALWART_SMARTHOST: smarthost,
      });
      const wire = makeWire(one);
      expect(checkPlan(startPlan(one, wire), wire)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

describe("listeners", () => {
  test("trust the edges where the wire has PROXY, and nobody elsewhere", () => {
    const listeners = written(planOf(LARGE), "NetworkListener");
    const trusting = Object.entries(listeners).filter(([, value]) => Object.keys(value.overrideProxyTrustedNetworks ?? {}).length > 0);
    expect(Object.keys(listeners)).toEqual(["smtp", "submissions", "submission", "imap", "imaps", "sieve", "web", "admin"]);
    expect(trusting.map(([name]) => name)).toEqual(["smtp", "submissions", "submission", "imaps", "sieve", "web"]);
  });
  test("server-wide trust is written as empty", () => expect(written(planOf(), "SystemSettings").singleton.proxyTrustedNetworks).toEqual({}));
});

describe("the allow-list", () => {
  test.each<[string, Overrides, boolean]>([
    ["HTTPS without PROXY", {}, true],
    ["HTTPS with PROXY", { WEB_PROXY_PROTOCOL: "true" }, false],
    ["a mail-only edge", { EDGE_WEB: "mail-only" }, false],
    ["an admin vhost, whose requests come from the edge", { WEB_PROXY_PROTOCOL: "true", ADMIN_VHOST: "admin.one.test", EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" }, true],
  ])("with %s", (_, overrides, needed) => {
    expect(needsAllowList(wireOf(overrides))).toBe(needed);
    expect(Object.keys(written(planOf(overrides), "AllowedIp")).length > 0).toBe(needed);
  });
  test("holds what every edge is seen as, and their public addresses", () => {
    const entries = written(planOf({ ...LARGE, WEB_PROXY_PROTOCOL: "false" }), "AllowedIp");
    expect(Object.values(entries).map(({ address }) => address)).toEqual(["192.0.2.2", "192.0.2.25", "2001:db8::25", "198.51.100.25"]);
  });
});

describe("a certificate authority", () => {
  const ACME = { STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail" };
  const account = (overrides: Overrides) => written(planOf({ ...ACME, ...overrides }), "AcmeProvider").acme;
  test("that binds accounts gets both keys at the account's creation, as placeholders, and only then", () => {
    const EAB = { STALWART_ACME_EAB_KEY_ID: "kid-1", STALWART_ACME_EAB_HMAC_KEY: "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W" };
    expect(account(EAB)).toMatchObject({ eabKeyId: "{{stalwart_acme_eab_key_id}}", eabHmacKey: "{{stalwart_acme_eab_hmac_key}}" });
    expect(JSON.stringify(planOf({ ...ACME, ...EAB }))).not.toMatch(/kid-1|zWNDZM6e/);
    const updates = planOf({ ...ACME, ...EAB }).filter(({ name }) => name.startsWith("97-"));
    expect(JSON.stringify(updates)).not.toContain("eab");
    expect(account({})).not.toHaveProperty("eabKeyId");
  });
  test("is asked for more names, each in the domain that it is in", () => {
    const names = JSON.stringify(planOf({ ...ACME, MAIL_DOMAIN: "one.test,two.test", MAIL_TLS_NAMES: "imap.one.test,smtp.two.test,mail.one.test" }).filter(({ name }) => name.startsWith("98-")));
    expect(names).toContain('"subjectAlternativeNames":{"imap":true,"mail":true}');
    expect(names).toContain('"subjectAlternativeNames":{"smtp":true}');
  });
});

describe("outgoing mail", () => {
  const strategy = (overrides: Overrides) => written(planOf(overrides), "MtaOutboundStrategy").singleton;
  test("goes direct without a smarthost, with opportunistic TLS", () => {
    expect(strategy({})).toMatchObject({ route: { else: "'mx'" }, tls: { else: "'default'" } });
    expect(Object.keys(written(planOf(), "MtaRoute"))).toEqual(["local", "mx"]);
  });
  test.each([
    ["587", false],
    ["465", true],
    ["8465", true],
  ])("goes to the smarthost's port %s by TLS only", (port, implicitTls) => {
    const overrides = { STALWART_SMARTHOST: `smtp.relay.test:${port}`, STALWART_SMARTHOST_USER: "relay-user" };
    expect(strategy(overrides)).toMatchObject({ route: { else: "'relay'" }, tls: { else: "'relay'" } });
    expect(strategy(overrides).tls).toEqual({ match: {}, else: "'relay'" });
    expect(written(planOf(overrides), "MtaRoute").relay).toEqual({
      ...{ "@type": "Relay", name: "relay", address: "smtp.relay.test", port: Number(port), protocol: "smtp", implicitTls, allowInvalidCerts: false },
      ...{ authUsername: "relay-user", authSecret: { "@type": "File", filePath: "/run/secrets/stalwart_smarthost_password" } },
    });
    expect(written(planOf(overrides), "MtaTlsStrategy").relay).toMatchObject({ startTls: "require", allowInvalidCerts: false });
  });
  test.each([
    ["starttls", false, "relay", "require"],
    ["implicit", true, "relay", "require"],
    ["plaintext", false, "relay-plaintext", "disable"],
  ])("STALWART_SMARTHOST_TLS=%s", (word, implicitTls, name, startTls) => {
    const overrides = { STALWART_SMARTHOST: "smtp.relay.test:2525", STALWART_SMARTHOST_TLS: word };
    expect(written(planOf(overrides), "MtaRoute").relay).toMatchObject({ port: 2525, implicitTls, allowInvalidCerts: false });
    expect(strategy(overrides).tls).toEqual({ match: {}, else: `'${name}'` });
    const chosen = Object.values(written(planOf(overrides), "MtaTlsStrategy")).filter((one) => one.name === name);
    expect(chosen).toEqual([expect.objectContaining({ startTls, allowInvalidCerts: false })]);
  });
  test("without a user there is no login", () => {
    expect(written(planOf({ STALWART_SMARTHOST: "smtp.relay.test" }), "MtaRoute").relay).not.toHaveProperty("authSecret");
  });
});

describe("services that are announced", () => {
  const services = (overrides: Overrides) => written(planOf(overrides), "SystemSettings").singleton.services;
  const host = "mail.one.test";
  test.each<[string, Overrides, object]>([
    ["both ports of each", {}, { smtp: { hostname: host, cleartext: false }, imap: { hostname: host, cleartext: false } }],
    ["STARTTLS alone where nothing else is public", { PUBLIC_LINES: "smtp,submission,imap" }, { smtp: { hostname: host, cleartext: true }, imap: { hostname: host, cleartext: true } }],
    ["none that stay in the tailnet", { PUBLIC_LINES: "smtp", TAILNET_LINES: "imaps,submissions" }, {}],
    ["POP3 and ManageSieve", { PUBLIC_LINES: "smtp,pop3s,sieve" }, { pop3: { hostname: host, cleartext: false }, managesieve: { hostname: host, cleartext: true } }],
  ])("%s", (_, overrides, wanted) => expect(services(overrides)).toEqual(wanted));
  test("JMAP and its like, once the edge hands the mail host to the mailbox", () => {
    expect(Object.keys(services({ WEB_NAMES: "mail" }) ?? {})).toEqual(["smtp", "imap", "jmap", "caldav", "carddav", "webdav"]);
  });
});

describe("certificates", () => {
  const namesOf = (overrides: Overrides) => certificateNames(deployment(overrides));
  test.each<[string, Overrides, string[][]]>([
    ["each domain its own, and the mail host in its domain", { MAIL_DOMAIN: "one.test,two.test" }, [["autoconfig", "autodiscover", "mail", "mta-sts"], ["autoconfig", "autodiscover", "mta-sts"]]],
    ["only the mail host with a mail-only edge", { MAIL_DOMAIN: "one.test,two.test", EDGE_WEB: "mail-only" }, [["mail"], []]],
    ["a name of several labels as a whole", { MAIL_HOSTNAME: "mx.eu.one.test", EDGE_WEB: "mail-only" }, [["mx.eu.one.test"]]],
    ["a foreign mail host in the first domain", { MAIL_HOSTNAME: "mx.other.test", EDGE_WEB: "mail-only" }, [["mx.other.test"]]],
    ["a subdomain's names in the subdomain", { MAIL_DOMAIN: "one.test,sub.one.test", MAIL_HOSTNAME: "mail.sub.one.test", EDGE_WEB: "mail-only" }, [[], ["mail"]]],
  ])("name %s", (_, overrides, wanted) => expect(namesOf(overrides)).toEqual(wanted));

  test("by DNS-01 need the DNS account, by TLS-ALPN-01 do not", () => {
    const dns = names(acmeFiles(deployment({ STALWART_ACME_PROVIDER: "spaceship" })));
    const alpn = names(acmeFiles(deployment({ STALWART_ACME_PROVIDER: "tls-alpn-01", WEB_NAMES: "mail" })));
    expect(dns).toContain("91-dns.unless.dns.json");
    expect(alpn.filter((name) => name.includes("dns"))).toEqual([]);
    expect(alpn).toEqual(expect.arrayContaining(["96-acme.unless.acme.json", "98-certificate-01-set.if.acme.unless.certificate_of_1.json"]));
  });
  test("an authority that cannot be reached does not end the start", () => {
    const calls = acmeFiles(deployment({ STALWART_ACME_PROVIDER: "spaceship" })).flatMap(({ request }) => request.methodCalls);
    const asking = calls.filter(([method, { create }]) => method === "x:AcmeProvider/set" && create !== undefined);
    expect(asking.map(([, , id]) => id)).toEqual(["account with the certificate authority!"]);
  });
  test("without any, what Stalwart got by itself is left alone", () => {
    expect(names(planOf()).filter((name) => /^[89]/.test(name))).toEqual(["80-certificate.json", "81-certificate.if.own_certificate.json"]);
  });
});

describe("downloads", () => {
  const off = { STALWART_WEB_ADMIN: "off", STALWART_SPAM_RULES: "off", STALWART_ASN: "off" };
  test("switched off, each in its own way", () => {
    const files = planOf(off);
    expect(names(files).filter((name) => name.startsWith("6"))).toEqual(["60-downloads-off.json", "65-tracer.json"]);
    expect(written(files, "Asn").singleton).toEqual({ "@type": "Resource", asnUrls: {}, geoUrls: {} });
    expect(written(files, "SpamSettings").singleton).toEqual({ spamFilterRulesUrl: null });
    expect(written(files, "SpamPyzor").singleton).toEqual({ enable: false });
    expect(Object.values(written(files, "Application"))).toMatchObject([{ enabled: false, resourceUrl: "file:///nowhere.zip" }]);
  });
  test("switched on again only where they had been switched off", () => {
    expect(names(planOf()).filter((name) => name.startsWith("6"))).toEqual([
      ...["61-downloads-on.json", "62-asn.if.asn_off.json", "62-spam-rules.if.spam_rules_off.json", "62-web-admin.if.web_admin_off.json", "65-tracer.json"],
    ]);
  });
});

test.each([
  ["testing", "testing"],
  ["enforce", "enforce"],
  ["none", "disable"],
])("MTA-STS mode %s", (given, mode) => {
  const own = { MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" };
  expect(written(planOf({ MTA_STS_MODE: given, ...own }), "MtaSts").singleton).toEqual({ mode, mxHosts: { "mail.one.test": true } });
});

describe("stores", () => {
  test("Redis and S3 with what may be in the plan", () => {
    const files = planOf(LARGE);
    expect(written(files, "InMemoryStore").singleton).toMatchObject({ "@type": "Redis", url: "redis://:{{stalwart_redis_password}}@redis.tail0000.ts.net:6379/0" });
    expect(written(files, "BlobStore").singleton).toMatchObject({ "@type": "S3", region: { customEndpoint: "http://garage.tail0000.ts.net:3900", customRegion: "garage" }, bucket: "stalwart-mail" });
  });
  test("an embedded Redis by loopback, and the gate and the health know it", () => {
    const overrides = { EMBEDDED_REDIS: "true" };
    expect(written(planOf(overrides), "InMemoryStore").singleton).toMatchObject({ "@type": "Redis", url: "redis://:{{stalwart_redis_password}}@127.0.0.1:6379/0" });
    expect(stalwartServer(deployment(overrides), wireOf(overrides)).environment).toMatchObject({ REDIS_HOST: "127.0.0.1", REDIS_PORT: "6379" });
    expect(wireOf(overrides).dials).toContainEqual({ line: "redis", host: "127.0.0.1", port: 6379 });
    expect(wireOf(overrides).grants.map(({ port }) => port)).not.toContain(6379);
  });
  test("all in PostgreSQL without them", () => {
    const files = planOf({ BACKENDS: "external", STALWART_DB_HOST: "postgres" });
    for (const type of ["InMemoryStore", "BlobStore", "SearchStore"] as const) expect(written(files, type).singleton).toEqual({ "@type": "Default" });
  });
});
