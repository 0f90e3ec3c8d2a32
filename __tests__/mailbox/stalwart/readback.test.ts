import { differenceText } from "../../../lib/mailbox/stalwart/differences";
import type { Item } from "../../../lib/mailbox/stalwart/dry-run";
import { readRequests, settingsDiffer } from "../../../lib/mailbox/stalwart/readback";
import { startPlan } from "../../../lib/mailbox/stalwart/plan";
import { MOST_CALLS } from "../../../lib/mailbox/stalwart/request";
import { deployment, LARGE, wireOf } from "../../deployment";
import { SETTINGS, objectsOf as of, player, recorded } from "./recorded";

type Recorded = ReturnType<typeof recorded>[number];
const named = (answers: Recorded[], type: string, name: string): Record<string, unknown> => of(answers, type).find((one) => Object.values(one).includes(name)) as Record<string, unknown>;

async function seen(answers: readonly unknown[], { settings = SETTINGS }: { settings?: Readonly<Record<string, string>> } = {}): Promise<string[]> {
  const play = player(answers);
  return (await settingsDiffer(() => Promise.resolve(play()), deployment(settings), wireOf(settings))).map(differenceText);
}

test("a server as the plan left it: silent", async () => expect(await seen(recorded())).toEqual([]));

describe("each change is found by object and field", () => {
  test.each<[what: string, change: (answers: Recorded[]) => void, line: string]>([
    ["a port", (all) => void Object.assign(named(all, "NetworkListener", "imaps"), { bind: { "[::]:9993": true } }), "NetworkListener imaps: bind is [::]:9993, and was [::]:993"],
    ["a stranger trusted", (all) => void Object.assign(named(all, "NetworkListener", "smtp"), { overrideProxyTrustedNetworks: { "192.0.2.2": true, "100.64.0.9": true } }), "NetworkListener smtp: overrideProxyTrustedNetworks is 100.64.0.9, 192.0.2.2, and was 192.0.2.2"],
    ["trust where the wire has none", (all) => void Object.assign(named(all, "NetworkListener", "admin"), { overrideProxyTrustedNetworks: { "192.0.2.2": true } }), "NetworkListener admin: overrideProxyTrustedNetworks is 192.0.2.2, and was empty"],
    ["a ban for ever", (all) => void (of(all, "Security")[0].authBanPeriod = null), "Security: authBanPeriod is not set, and was 3600000"],
    ["the MTA-STS mode", (all) => void (of(all, "MtaSts")[0].mode = "none"), "MtaSts: mode is none, and was testing"],
    ["a second try without TLS", (all) => void Object.assign(of(all, "MtaOutboundStrategy")[0], { tls: { match: { 0: { if: "retry_num > 0", then: "'invalid-tls'" } }, else: "'relay'" } }), "MtaOutboundStrategy: tls is { match: { 0: { if: retry_num > 0, then: 'invalid-tls' } }, else: 'relay' }, and was { match: empty, else: 'relay' }"],
    ["a route gone", (all) => void of(all, "MtaRoute").splice(1, 1), "MtaRoute mx is gone, and was there"],
    ["a route too many", (all) => void of(all, "MtaRoute").push({ id: "x", "@type": "Mx", name: "by-hand" }), "MtaRoute by-hand is there, and was not"],
    ["an entry of the allow-list gone", (all) => void of(all, "AllowedIp").splice(0, 1), "AllowedIp 192.0.2.2 is gone, and was there"],
    ["an entry under our name", (all) => void of(all, "AllowedIp").push({ id: "x", address: "100.64.0.9", reason: "tailwart: an edge" }), "AllowedIp 100.64.0.9 is there, and was not"],
    ["a domain gone", (all) => void of(all, "Domain").splice(1, 1), "Domain two.test is gone, and was there"],
    ["another certificate", (all) => void (of(all, "SystemSettings")[0].defaultCertificateId = "other"), expect.stringMatching(/^SystemSettings: defaultCertificateId is other, and was \w+$/) as string],
    ["the certificate gone", (all) => void of(all, "Certificate").pop(), "Certificate in the file /run/tls/fullchain.pem is gone, and was there"],
    ["a download on again", (all) => void Object.assign(of(all, "SpamSettings")[0], { spamFilterRulesUrl: "https://rules.test/" }), "SpamSettings: spamFilterRulesUrl is https://rules.test/, and was not set"],
    ["a secret by hand", (all) => void Object.assign(named(all, "MtaRoute", "relay"), { authSecret: { "@type": "Value", secret: "canary" } }), "MtaRoute relay: authSecret is something that is not shown, and was in the file /run/secrets/stalwart_smarthost_password"],
  ])("%s", async (_, change, line) => {
    const answers = recorded();
    change(answers);
    expect(await seen(answers)).toEqual([line]);
  });
});

test("what others added is silent", async () => {
  const answers = recorded();
  of(answers, "Domain").push({ id: "z", name: "by-hand.test" });
  of(answers, "AllowedIp").push({ id: "z", address: "198.51.100.1", reason: "by hand" });
  of(answers, "Certificate").push({ id: "z", certificate: { "@type": "Text", value: "PEM" } });
  expect(await seen(answers)).toEqual([]);
});

describe("what the plan does only where it has to", () => {
  const settings = { ...LARGE, WEB_PROXY_PROTOCOL: "false" };
  const request = () => readRequests(startPlan(deployment(settings), wireOf(settings)));
  /** A server that is as the plan wants it, made out of the plan, with the parts that it finds by their text. */
  function server(): Map<string, Item[]> {
    const all = new Map<string, Item[]>([
      ["Domain", ["one.test", "two.test"].map((name, index) => ({ id: `d${index + 1}`, name, dnsManagement: { "@type": "Automatic", dnsServerId: "dns1", publishRecords: { dkim: true } }, certificateManagement: { "@type": "Automatic", acmeProviderId: "acme1", subjectAlternativeNames: {} } }))],
      ["DnsServer", [{ id: "dns1", "@type": "Spaceship", description: "tailwart", apiKey: "****", secret: { "@type": "File", filePath: "/run/secrets/stalwart_acme_token" } }]],
      ["AcmeProvider", [{ id: "acme1", challengeType: "Dns01", directory: "https://acme-v02.api.letsencrypt.org/directory" }]],
      ["Asn", [{ id: "singleton", asnUrls: { "https://asn.test/": true } }]],
      ["SpamSettings", [{ id: "singleton", spamFilterRulesUrl: "https://rules.test/" }]],
      ["Application", [{ id: "web", description: "Stalwart Web Interface" }]],
      ["Certificate", []],
    ]);
    return all;
  }
  const answered = (all: Map<string, Item[]>) => request().map((one) => ({ methodResponses: one.request.methodCalls.map(([method, , id]) => [method, { list: all.get(id) ?? [] }, id]) }));
  const about = async (all: Map<string, Item[]>): Promise<string[]> =>
    (await seen(answered(all), { settings })).filter((line) => /^(Domain|DnsServer|AcmeProvider|Asn|SpamSettings|SpamPyzor|Application|Certificate) ?/.test(line));

  test("downloads and sources of others are left alone; what we had switched off is to come back", async () => {
    const all = server();
    expect((await about(all)).filter((line) => !line.startsWith("Domain"))).toEqual([]);
    all.set("Asn", [{ id: "singleton", asnUrls: {} }]);
    all.set("Application", [{ id: "off", description: "switched off by tailwart" }]);
    expect(await about(all)).toEqual(expect.arrayContaining([expect.stringMatching(/^Asn: asnUrls is empty, and was https:/), "Application switched off by tailwart is there, and was not"]));
  });

  test("a domain whose certificate has other names, and an account with the authority that is gone", async () => {
    const all = server();
    expect(await about(all)).toEqual([expect.stringMatching(/^Domain one\.test: certificateManagement is \{ @type: Automatic, acmeProviderId: acme1, subjectAlternativeNames: empty \}, and was \{ @type: Automatic, .*mta-sts/), expect.stringMatching(/^Domain two\.test: certificateManagement /)]);
    all.set("AcmeProvider", []);
    expect(await about(all)).toEqual(["AcmeProvider https://acme-v02.api.letsencrypt.org/directory is gone, and was there"]);
  });

  test("a key that the server does not show is not judged, another provider's place is", async () => {
    const all = server();
    all.set("DnsServer", [{ ...(all.get("DnsServer") as Item[])[0], secret: { "@type": "Value", secret: "canary" } }]);
    const found = await about(all);
    expect(found).toContain("DnsServer tailwart: secret is something that is not shown, and was in the file /run/secrets/stalwart_acme_token");
    expect(found.join()).not.toContain("canary");
  });

  test("Redis' password is neither compared nor shown", async () => {
    const url = (host: string) => [{ id: "singleton", "@type": "Redis", url: `redis://:canary@${host}:6379/0`, timeout: 10_000, poolMaxConnections: 10 }];
    const store = async (host: string) => (await seen(answered(new Map([...server(), ["InMemoryStore", url(host)]])), { settings })).filter((line) => line.startsWith("InMemoryStore"));
    expect(await store("redis.tail0000.ts.net")).toEqual([]);
    expect(await store("elsewhere.test")).toEqual(["InMemoryStore: url is redis://…@elsewhere.test:6379/0, and was redis://…@redis.tail0000.ts.net:6379/0"]);
  });
});

test("asks for few properties in few calls, and never for accounts", () => {
  const requests = readRequests(startPlan(deployment(LARGE), wireOf(LARGE)));
  const calls = requests.flatMap(({ request }) => request.methodCalls);
  for (const { request } of requests) expect(request.methodCalls.length).toBeLessThanOrEqual(MOST_CALLS);
  expect(calls.every(([method, { properties }]) => method.endsWith("/get") && (properties?.length ?? 0) > 1)).toBe(true);
  expect(calls.map(([method]) => method)).not.toContain("x:Account/get");
});

describe("fails in one line", () => {
  test.each([
    ["for a silent server", { status: 7, stdout: "\n000", stderr: "curl: (7) Failed to connect to 127.0.0.1 port 8080\n" }, "it does not answer (curl: (7) Failed to connect to 127.0.0.1 port 8080)"],
    ["for a container that does not run", { status: 1, stdout: "", stderr: "Error response from daemon: container x is not running\n" }, "it does not answer (Error response from daemon: container x is not running)"],
    ["for another password", { status: 0, stdout: "{}\n401", stderr: "" }, "it does not let admin@one.test in with STALWART_ADMIN_PASSWORD; where the password was changed by hand, write the new one into .env and deploy"],
    ["for an error of the server", { status: 0, stdout: "oh\n503", stderr: "" }, "it answers HTTP 503 to a question for its settings"],
    ["for an answer that is none", { status: 0, stdout: "<html>\n200", stderr: "" }, "it answers something that is no JSON"],
    ["for a type that it does not show", { status: 0, stdout: '{"methodResponses":[["error",{"type":"forbidden"},"Security"]]}\n200', stderr: "" }, "it refuses to show Security (forbidden)"],
  ])("%s", async (_, ran, line) => {
    await expect(settingsDiffer(() => Promise.resolve(ran), deployment(SETTINGS), wireOf(SETTINGS))).rejects.toThrow(new Error(line));
  });
});
