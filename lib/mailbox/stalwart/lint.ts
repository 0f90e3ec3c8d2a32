import { EDGE_PEER, type Wire } from "../../wire";
import { listenerBreaches } from "./lint/listeners";
import { unknownPlaceholders } from "./lint/placeholders";
import { isOneHost, Plan } from "./lint/plan";
import { literalSecrets } from "./lint/secrets";
import { OPPORTUNISTIC, PLAINTEXT } from "./mta";
import type { MtaRoute, MtaTlsStrategy, Security } from "./objects";
import { MOST_CALLS, type PlanFile } from "./request";
import { needsAllowList } from "./security";

/** What a plan must keep. Each rule returns one sentence for each breach. */
interface PlanRule {
  readonly name: string;
  readonly check: (plan: Plan, wire: Wire) => readonly string[];
}

export const PLAN_RULES: readonly PlanRule[] = [
  {
    name: "no-server-wide-trust",
    check: (plan) =>
      plan
        .values("SystemSettings")
        .filter(({ value }) => Object.keys(value.proxyTrustedNetworks ?? {}).length > 0)
        .map(({ file }) => `${file} trusts PROXY headers server-wide; every listener without an own list would inherit that`),
  },
  { name: "listeners-of-the-wire", check: listenerBreaches },
  {
    name: "single-addresses",
    check: (plan) =>
      plan
        .values("AllowedIp")
        .filter(({ value }) => !isOneHost(value.address ?? ""))
        .map(({ value }) => `${value.address} on the allow-list is no single address; a whole range would never be banned`),
  },
  {
    name: "finite-bans",
    check: (plan) => {
      const [security = { value: {} as Partial<Security> }, ...more] = plan.values("Security");
      return [security, ...more].flatMap(({ value }) =>
        (["auth", "abuse", "loiter", "scan"] as const)
          .filter((reason) => !(Number(value[`${reason}BanPeriod`]) > 0))
          .map((reason) => `${reason}BanPeriod is ${value[`${reason}BanPeriod`] ?? "not set"}; a ban would last for ever`),
      );
    },
  },
  {
    name: "edges-never-banned",
    check: (plan, wire) => {
      if (!needsAllowList(wire)) return [];
      const allowed = plan.values("AllowedIp").map(({ value }) => value.address);
      return allowed.includes(EDGE_PEER) ? [] : [`${EDGE_PEER}, as which every edge is seen, is not on the allow-list; a line without PROXY would close for everyone with its ban`];
    },
  },
  {
    name: "smarthost-with-tls",
    check: (plan) => {
      const relays = plan.values("MtaRoute").map(({ value }) => value as Partial<Extract<MtaRoute, { "@type": "Relay" }>>).filter((route) => route["@type"] === "Relay");
      if (relays.length === 0) return [];
      const strict = plan.values("MtaTlsStrategy").map(({ value }) => value as MtaTlsStrategy).filter(({ startTls, allowInvalidCerts }) => startTls === "require" && !allowInvalidCerts);
      const noLogin = relays.every((route) => route.authUsername === undefined && route.authSecret === undefined);
      const byName = (choice: string): boolean => noLogin && choice === `'${PLAINTEXT}'`;
      // Without an own match the server keeps upstream's: another try with any certificate.
      const choices = plan.values("MtaOutboundStrategy").flatMap(({ value: { tls } }) => [tls?.else ?? "'default'", ...Object.values(tls?.match ?? OPPORTUNISTIC.match).map((one) => one.then)]);
      return [
        ...relays.filter((route) => route.allowInvalidCerts !== false).map((route) => `route ${route.name} takes any certificate for ${route.address}`),
        ...choices.filter((choice) => !byName(choice) && !strict.some(({ name }) => choice === `'${name}'`)).map((choice) => `mail to the smarthost may use the TLS strategy ${choice}, which does not require TLS with a valid certificate`),
      ];
    },
  },
  {
    name: "no-literal-secrets",
    check: ({ files }) =>
      files.flatMap(({ name, request }) =>
        literalSecrets(request.methodCalls.map(([, args]) => args), "").map((path) => `${name} holds a secret as it is (${path.replace(/^\.\d+\.(create|update)\./, "")}); use a file or a placeholder`),
      ),
  },
  { name: "known-placeholders", check: unknownPlaceholders },
  {
    name: "few-calls",
    check: ({ files }) => files.filter(({ request }) => request.methodCalls.length > MOST_CALLS).map(({ name, request }) => `${name} has ${request.methodCalls.length} calls; the server takes at most ${MOST_CALLS}`),
  },
  {
    name: "files-in-order",
    check: ({ files }) => {
      const pairs = files.slice(1).map(({ name }, index) => [files[index].name, name]);
      return pairs.filter(([before, after]) => before >= after).map(([before, after]) => `${after} comes after ${before}, but its name sorts before it or is the same`);
    },
  },
];

/** All breaches of all rules, so that the server does not refuse the plan when it is too late. */
export function checkPlan(files: readonly PlanFile[], wire: Wire): string[] {
  const plan = new Plan(files);
  return PLAN_RULES.flatMap((rule) => rule.check(plan, wire).map((text) => `start plan: ${text} (${rule.name})`));
}
