import { isIP } from "node:net";
import { SECRETS } from "../../config/contract";
import { secretFileName } from "../../config/secrets";
import type { Listener, Wire } from "../../wire";
import { protocolOf } from "./listeners";
import type { MtaRoute, MtaTlsStrategy, NetworkListener, Registry, TypeName } from "./objects";
import { MOST_CALLS, type PlanFile } from "./request";

/** What a plan must keep. Each rule returns one sentence for each breach. */
interface PlanRule {
  readonly name: string;
  readonly check: (plan: Plan, wire: Wire) => readonly string[];
}

/** A plan's objects by type, as the server will have them. */
class Plan {
  constructor(readonly files: readonly PlanFile[]) {}

  /** every value that is created or updated, with the file it is in */
  values<T extends TypeName>(type: T): { readonly file: string; readonly value: Partial<Registry[T]> }[] {
    return this.files.flatMap(({ name, request }) =>
      request.methodCalls
        .filter(([method]) => method === `x:${type}/set`)
        .flatMap(([, args]) => [...Object.values(args.create ?? {}), ...Object.values(args.update ?? {})])
        .map((value) => ({ file: name, value: value as Partial<Registry[T]> })),
    );
  }
}

const portsOf = ({ bind }: Partial<NetworkListener>): number[] => Object.keys(bind ?? {}).map((socket) => Number(/:(\d+)$/.exec(socket)?.[1]));

/** A member of a trust set or the allow-list that is exactly one host: an address, or a placeholder for one. */
const isOneHost = (member: string): boolean => {
  if (/^\{\{edge_(set|\d+)\}\}$/.test(member)) return true;
  const [address, mask] = member.split("/");
  return isIP(address) !== 0 && (mask === undefined || mask === (isIP(address) === 4 ? "32" : "128"));
};

const SECRET_KEYS = /^(secret|secretkey|authsecret|accesskey|password|apikey|privatekey|url)$/i;

/** Paths of secrets that stand in the plan as they are. A URL counts when it has a password. */
function literalSecrets(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): string[] => {
    const here = `${path}.${key}`;
    if (!SECRET_KEYS.test(key)) return literalSecrets(inner, here);
    if (typeof inner === "object" && inner !== null) {
      const { "@type": type } = inner as { "@type"?: string };
      return type === "Value" || type === "Text" ? [here] : literalSecrets(inner, here);
    }
    if (typeof inner !== "string") return [];
    const secret = key === "url" ? /^\w+:\/\/[^/@]*:([^@/]*)@/.exec(inner)?.[1] : inner;
    return secret === undefined || /^\{\{[a-z0-9_]+\}\}$/.test(secret) ? [] : [here];
  });
}

const PLACEHOLDER = /\{\{([a-z0-9_]+)\}\}/g;
const used = (request: unknown): string[] => [...new Set([...JSON.stringify(request).matchAll(PLACEHOLDER)].map((match) => match[1]))];
const conditions = (name: string): { readonly kind: string; readonly of: string }[] => [...name.matchAll(/\.(if|unless)\.([a-z0-9_]+)/g)].map(([, kind, of]) => ({ kind, of }));

/** What a file teaches to those after it: `sure` names are there or the server has failed before. */
const taught = ({ request }: PlanFile): { readonly name: string; readonly sure: boolean }[] =>
  request.methodCalls.flatMap(([, , id]) => {
    const [, sign, name] = /^([=@])([a-z0-9_]+)/.exec(id) ?? [];
    if (sign === undefined) return [];
    return sign === "=" ? [{ name, sure: true }] : [{ name, sure: false }, { name: `${name}_all`, sure: true }];
  });

function unknownPlaceholders({ files }: Plan, { edges }: Wire): string[] {
  const known = new Map<string, boolean>([
    ["edge_set", true],
    ...edges.map((_, index): [string, boolean] => [`edge_${index + 1}`, true]),
    ...SECRETS.map((name): [string, boolean] => [secretFileName(name), true]),
  ]);
  return files.flatMap((file) => {
    const when = conditions(file.name);
    const breaches = [
      ...when.filter(({ of }) => !known.has(of)).map(({ of }) => `${file.name} is sent depending on {{${of}}}, which no earlier file finds`),
      ...used(file.request)
        .filter((name) => !known.has(name))
        .map((name) => `${file.name} uses {{${name}}}, which is neither a secret nor found by an earlier file`),
      ...used(file.request)
        .filter((name) => known.get(name) === false && !when.some(({ kind, of }) => kind === "if" && of === name))
        .map((name) => `${file.name} uses {{${name}}}, which may not be there; call it ${file.name.replace(/\.json$/, `.if.${name}.json`)}`),
    ];
    taught(file).forEach(({ name, sure }) => known.set(name, sure || known.get(name) === true));
    return breaches;
  });
}

function listenerBreaches(plan: Plan, { listeners }: Wire): string[] {
  const planned = plan.values("NetworkListener").map(({ value }) => value);
  const of = (listener: Listener): Partial<NetworkListener> | undefined => planned.find(({ name }) => name === listener.line);
  return [
    ...planned.filter(({ name }) => !listeners.some(({ line }) => line === name)).map(({ name }) => `listener ${name} is not on the wire`),
    ...listeners.filter((listener) => of(listener) === undefined).map(({ line, port }) => `there is no listener for ${line} (port ${port})`),
    ...listeners.flatMap((listener) => {
      const found = of(listener);
      if (found === undefined) return [];
      const ports = portsOf(found);
      const trusted = Object.keys(found.overrideProxyTrustedNetworks ?? {});
      return [
        ...(ports.length === 1 && ports[0] === listener.port ? [] : [`listener ${listener.line} is on port ${ports.join(", ") || "none"}; the wire says ${listener.port}`]),
        ...(found.protocol === protocolOf(listener) ? [] : [`listener ${listener.line} speaks ${found.protocol}; the wire says ${listener.protocol}`]),
        ...(found.tlsImplicit === (listener.tls === "implicit") ? [] : [`listener ${listener.line} has implicit TLS ${found.tlsImplicit}; the wire says ${listener.tls}`]),
        ...(listener.proxy === "none" && trusted.length > 0 ? [`listener ${listener.line} trusts ${trusted.join(", ")} to speak PROXY; the wire has none there`] : []),
        ...(listener.proxy === "v2" && trusted.length === 0 ? [`listener ${listener.line} trusts nobody to speak PROXY; the wire has v2 there`] : []),
        ...trusted.filter((member) => !isOneHost(member)).map((member) => `listener ${listener.line} trusts ${member}; only single addresses, or a neighbour could forge`),
      ];
    }),
  ];
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
    check: (plan) =>
      plan.values("Security").flatMap(({ value }) =>
        (["auth", "abuse", "loiter", "scan"] as const)
          .filter((reason) => !(Number(value[`${reason}BanPeriod`]) > 0))
          .map((reason) => `${reason}BanPeriod is ${value[`${reason}BanPeriod`] ?? "not set"}; a ban would last for ever`),
      ),
  },
  {
    name: "smarthost-with-tls",
    check: (plan) => {
      const relays = plan.values("MtaRoute").map(({ value }) => value as Partial<Extract<MtaRoute, { "@type": "Relay" }>>).filter((route) => route["@type"] === "Relay");
      if (relays.length === 0) return [];
      const strict = plan.values("MtaTlsStrategy").map(({ value }) => value as MtaTlsStrategy).filter(({ startTls, allowInvalidCerts }) => startTls === "require" && !allowInvalidCerts);
      const choices = plan.values("MtaOutboundStrategy").flatMap(({ value: { tls } }) => [tls?.else ?? "'default'", ...Object.values(tls?.match ?? {}).map((one) => one.then)]);
      return [
        ...relays.filter((route) => route.allowInvalidCerts !== false).map((route) => `route ${route.name} takes any certificate for ${route.address}`),
        ...choices.filter((choice) => !strict.some(({ name }) => choice === `'${name}'`)).map((choice) => `mail to the smarthost may use the TLS strategy ${choice}, which does not require TLS with a valid certificate`),
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
      const names = files.map(({ name }) => name);
      return names.filter((name, index) => index > 0 && names[index - 1] >= name).map((name) => `${name} comes after ${names[names.indexOf(name) - 1] ?? name}, but its name sorts before it or is the same`);
    },
  },
];

/** All breaches of all rules, so that the server does not refuse the plan when it is too late. */
export function checkPlan(files: readonly PlanFile[], wire: Wire): string[] {
  const plan = new Plan(files);
  return PLAN_RULES.flatMap((rule) => rule.check(plan, wire).map((text) => `start plan: ${text} (${rule.name})`));
}
