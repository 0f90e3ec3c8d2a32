import { checkPlan, PLAN_RULES } from "../../../lib/mailbox/stalwart/lint";
import { startPlan } from "../../../lib/mailbox/stalwart/plan";
import type { PlanFile } from "../../../lib/mailbox/stalwart/request";
import { deployment, LARGE, wireOf } from "../../deployment";

/** A large deployment whose HTTPS has no PROXY, so that every rule has something to look at. */
const OVERRIDES = { ...LARGE, WEB_PROXY_PROTOCOL: "false" };
const wire = wireOf(OVERRIDES);

type Json = { [key: string]: Json } & Json[];
/** A copy of the plan, changed in one place. */
function mutated(change: (file: (start: string) => Json, files: Json[]) => void): PlanFile[] {
  const files = JSON.parse(JSON.stringify(startPlan(deployment(OVERRIDES), wire))) as Json[];
  change((start) => {
    const found = files.find(({ name }) => (name as unknown as string).startsWith(start));
    if (found === undefined) throw new Error(`no file begins with ${start}`);
    return found;
  }, files);
  return files as unknown as PlanFile[];
}
const callTo = (file: Json, method: string, key: "create" | "update"): Json => {
  const call = (file.request.methodCalls as Json[]).find((one) => (one[0] as unknown) === `x:${method}/set` && one[1][key]);
  if (call === undefined) throw new Error(`no ${key} of ${method}`);
  return call[1][key];
};
const put = (target: Json, key: string, value: unknown): void => void Object.assign(target, { [key]: value });
const listener = (file: (start: string) => Json, name: string): Json => callTo(file("30-"), "NetworkListener", "create")[name];

type Change = Parameters<typeof mutated>[0];
const MUTATIONS: [what: string, change: Change, message: RegExp, rule: string][] = [
  ["server-wide PROXY trust", (file) => put(callTo(file("20-"), "SystemSettings", "update").singleton, "proxyTrustedNetworks", { "100.64.0.7": true }), /20-system\.json trusts PROXY headers server-wide/, "no-server-wide-trust"],
  ["trust on the admin listener", (file) => put(listener(file, "admin"), "overrideProxyTrustedNetworks", { "192.0.2.2": true }), /listener admin trusts 192\.0\.2\.2 to speak PROXY; the wire has none there/, "listeners-of-the-wire"],
  ["trust on a line without PROXY", (file) => put(listener(file, "imap"), "overrideProxyTrustedNetworks", { "100.64.0.7": true }), /listener imap trusts 100\.64\.0\.7/, "listeners-of-the-wire"],
  ["no trust on a line with PROXY", (file) => put(listener(file, "smtp"), "overrideProxyTrustedNetworks", {}), /listener smtp trusts nobody/, "listeners-of-the-wire"],
  ["a listener missing", (file) => delete (callTo(file("30-"), "NetworkListener", "create") as Record<string, unknown>).imaps, /there is no listener for imaps \(port 993\)/, "listeners-of-the-wire"],
  ["a listener too many", (file) => put(callTo(file("30-"), "NetworkListener", "create"), "pop3", { ...listener(file, "imaps"), name: "pop3", bind: { "[::]:110": true } }), /listener pop3 is not on the wire/, "listeners-of-the-wire"],
  ["another port", (file) => put(listener(file, "submission"), "bind", { "[::]:2587": true }), /listener submission is on port 2587; the wire says 587/, "listeners-of-the-wire"],
  ["two ports", (file) => put(listener(file, "submission"), "bind", { "[::]:587": true, "[::]:2587": true }), /listener submission is on port 587, 2587/, "listeners-of-the-wire"],
  ["another protocol", (file) => put(listener(file, "sieve"), "protocol", "imap"), /listener sieve speaks imap; the wire says manageSieve/, "listeners-of-the-wire"],
  ["the wrong kind of TLS", (file) => put(listener(file, "imaps"), "tlsImplicit", false), /listener imaps has implicit TLS false; the wire says implicit/, "listeners-of-the-wire"],
  ["the whole tailnet trusted", (file) => put(listener(file, "smtp"), "overrideProxyTrustedNetworks", { "100.64.0.0/10": true }), /listener smtp trusts 100\.64\.0\.0\/10; only 192\.0\.2\.2, as which/, "listeners-of-the-wire"],
  ["a small range trusted", (file) => put(listener(file, "smtp"), "overrideProxyTrustedNetworks", { "192.0.2.2": true, "100.64.0.6/31": true }), /trusts 100\.64\.0\.6\/31/, "listeners-of-the-wire"],
  ["an IPv6 address with an IPv4 mask", (file) => put(listener(file, "smtp"), "overrideProxyTrustedNetworks", { "fd7a::1/32": true }), /trusts fd7a::1\/32/, "listeners-of-the-wire"],
  ["a range on the allow-list", (file) => put(callTo(file("41-"), "AllowedIp", "create").allowed_1, "address", "192.0.2.0/24"), /192\.0\.2\.0\/24 on the allow-list is no single address/, "single-addresses"],
  ["a ban for ever", (file) => put(callTo(file("40-"), "Security", "update").singleton, "authBanPeriod", null), /authBanPeriod is not set; a ban would last for ever/, "finite-bans"],
  ["no security settings", (file) => file("40-").request.methodCalls.splice(0, 1), /scanBanPeriod is not set/, "finite-bans"],
  ["an edge that may be banned", (file) => delete (callTo(file("41-"), "AllowedIp", "create") as Record<string, unknown>).allowed_1, /192\.0\.2\.2, as which every edge is seen, is not on the allow-list/, "edges-never-banned"],
  ["a smarthost with any certificate", (file) => put(callTo(file("50-"), "MtaRoute", "create").relay, "allowInvalidCerts", true), /route relay takes any certificate for smtp\.relay\.test/, "smarthost-with-tls"],
  ["a smarthost without TLS", (file) => put(callTo(file("50-"), "MtaTlsStrategy", "create").relay, "startTls", "optional"), /may use the TLS strategy 'relay', which does not require TLS/, "smarthost-with-tls"],
  ["a login without TLS", (file) => put(callTo(file("50-"), "MtaOutboundStrategy", "update").singleton.tls, "else", "'relay-plaintext'"), /may use the TLS strategy 'relay-plaintext', which does not require TLS/, "smarthost-with-tls"],
  ["a smarthost with a second try without TLS", (file) => put(callTo(file("50-"), "MtaOutboundStrategy", "update").singleton.tls, "match", { "0": { if: "retry_num > 0", then: "'invalid-tls'" } }), /may use the TLS strategy 'invalid-tls'/, "smarthost-with-tls"],
  ["a smarthost with upstream's second try", (file) => delete (callTo(file("50-"), "MtaOutboundStrategy", "update").singleton.tls as unknown as Record<string, unknown>).match, /may use the TLS strategy 'invalid-tls'/, "smarthost-with-tls"],
  ["an account's password", (file) => put(callTo(file("71-"), "Account", "create").admin.credentials["0"], "secret", "hunter22"), /71-admin\.unless\.admin\.json holds a secret as it is \(admin\.credentials\.0\.secret\)/, "no-literal-secrets"],
  ["a smarthost's password", (file) => put(callTo(file("50-"), "MtaRoute", "create").relay, "authSecret", { "@type": "Value", secret: "hunter22" }), /holds a secret as it is \(relay\.authSecret\)/, "no-literal-secrets"],
  ["Redis' password in its URL", (file) => put(callTo(file("35-"), "InMemoryStore", "update").singleton, "url", "redis://:hunter22@redis:6379/0"), /holds a secret as it is \(singleton\.url\)/, "no-literal-secrets"],
  ["a DNS account's key", (file) => put(callTo(file("91-"), "DnsServer", "create").dns, "apiKey", "hunter22"), /holds a secret as it is \(dns\.apiKey\)/, "no-literal-secrets"],
  ["an unknown placeholder", (file) => put(callTo(file("20-"), "SystemSettings", "update").singleton, "defaultHostname", "{{hostname}}"), /20-system\.json uses \{\{hostname\}\}, which is neither a secret nor found/, "known-placeholders"],
  ["a placeholder that no file finds", (file) => put(callTo(file("41-"), "AllowedIp", "create").allowed_1, "address", "{{edge_3}}"), /uses \{\{edge_3\}\}/, "known-placeholders"],
  ["a placeholder before it is found", (_, files) => void files.unshift(files.splice(1, 1)[0]), /20-system\.json uses \{\{domain_1\}\}/, "known-placeholders"],
  ["a condition that nothing decides", (file) => put(file("71-"), "name", "71-admin.unless.somebody.json"), /is sent depending on \{\{somebody\}\}/, "known-placeholders"],
  ["a find that may fail, used without its condition", (file) => put(file("92-"), "name", "92-dns.json"), /92-dns\.json uses \{\{dns\}\}, which may not be there; call it 92-dns\.if\.dns\.json/, "known-placeholders"],
  ["too many calls", (file) => file("20-").request.methodCalls.push(...Array.from({ length: 16 }, () => file("20-").request.methodCalls[0])), /20-system\.json has 17 calls; the server takes at most 16/, "few-calls"],
  ["two files of one name", (file) => put(file("65-"), "name", "50-mta.json"), /50-mta\.json comes after/, "files-in-order"],
];

test("the plan as it is made has no breach", () => expect(checkPlan(mutated(() => undefined), wire)).toEqual([]));

test.each(MUTATIONS)("refuses %s", (_, change, message, rule) => {
  const breaches = checkPlan(mutated(change), wire);
  expect(breaches).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  expect(breaches.find((text) => message.test(text))).toMatch(new RegExp(`^start plan: .*\\(${rule}\\)$`));
});

test("every rule is broken by one of the mutations", () => expect([...new Set(MUTATIONS.map(([, , , rule]) => rule))].sort()).toEqual(PLAN_RULES.map(({ name }) => name).sort()));
