import { EDGE_PEER, type Listener, type Wire } from "../../wire";
import { parse, type Directive } from "./syntax";

const ENDPOINTS = ["smtp", "submission", "imap"];

/** An endpoint as the configuration opens it. */
interface Opened {
  readonly name: string;
  readonly scheme: string;
  readonly port: number;
  /** undefined without proxy_protocol */
  readonly trust?: readonly string[];
  readonly innerTls: boolean;
}

function opened({ name, args, block = [] }: Directive): Opened[] {
  const proxy = block.find((one) => one.name === "proxy_protocol");
  const trust = proxy && [...proxy.args, ...(proxy.block ?? []).filter((one) => one.name === "trust").flatMap((one) => one.args)];
  return args.map((address) => {
    const [, scheme = "", port = "0"] = /^(\w+):\/\/.*:(\d+)$/.exec(address) ?? [];
    return { name: `${name} ${address}`, scheme, port: Number(port), trust, innerTls: proxy?.block?.some((one) => one.name === "tls") ?? false };
  });
}

function trustBreaches({ name, trust = [] }: Opened): string[] {
  if (trust.length === 0) return [`${name} has an empty trust list, and then maddy believes everybody's PROXY header; trust ${EDGE_PEER}/32`];
  return trust
    .filter((member) => member !== `${EDGE_PEER}/32`)
    .map((member) => `${name} trusts ${member}; only ${EDGE_PEER}/32, as which the guard lets edges in, or a neighbor could forge`);
}

/** What is wrong with an endpoint for the wire's line on that port. */
function endpointBreaches(end: Opened, { line, tls, proxy }: Listener): string[] {
  if (proxy === "none") {
    const scheme = tls === "implicit" ? "tls" : "tcp";
    return [
      ...(end.trust === undefined ? [] : [`${end.name} (${line}) expects PROXY; the wire has none there`]),
      ...(end.scheme === scheme ? [] : [`${end.name} (${line}) has to be ${scheme}://`]),
    ];
  }
  if (end.trust === undefined) return [`${end.name} (${line}) has no proxy_protocol; the wire has v2 there`];
  return [
    ...trustBreaches(end),
    ...(end.scheme === "tcp" ? [] : [`${end.name} (${line}) is ${end.scheme}:// with proxy_protocol, and would want the header inside TLS; write tcp:// and tls inside proxy_protocol`]),
    ...(end.innerTls === (tls === "implicit") ? [] : [`${end.name} (${line}) has ${end.innerTls ? "" : "no "}tls inside proxy_protocol; the wire says ${tls}`]),
  ];
}

const isReference = (text: string): boolean => /^\{env:[A-Z0-9_]+\}$/.test(text);

function literalSecrets(directives: readonly Directive[]): string[] {
  return directives.flatMap(({ name, args, block = [] }) => {
    const literal =
      (name === "auth" && args[0] === "plain" && !isReference(args[2] ?? "")) ||
      (name === "dsn" && /(^|\s)password\s*=|:\/\/[^/@]*:[^/@]*@/.test(args.join(" ")));
    return [...(literal ? [`${name} ${name === "auth" ? args.slice(0, 2).join(" ") : ""}`.trim() + " holds a secret as it is; use {env:NAME}"] : []), ...literalSecrets(block)];
  });
}

/** What must not be in a maddy configuration, before or after the start script has filled it in. One sentence for each breach. */
export function checkMaddy(text: string, { listeners, routes }: Wire): string[] {
  const directives = parse(text);
  const ends = directives.filter(({ name }) => ENDPOINTS.includes(name)).flatMap(opened);
  const web = routes.filter(({ sni }) => sni !== undefined).flatMap(({ sni = [] }) => sni);
  return [
    ...ends.filter((end) => !listeners.some(({ port }) => port === end.port)).map((end) => `${end.name} is not on the wire`),
    ...listeners.filter(({ port }) => !ends.some((end) => end.port === port)).map(({ line, port }) => `nothing listens for ${line} (port ${port})`),
    ...ends.flatMap((end) => listeners.filter(({ port }) => port === end.port).flatMap((listener) => endpointBreaches(end, listener))),
    ...(web.length > 0 ? [`the edge hands ${web.join(", ")} to maddy, which serves no HTTPS`] : []),
    ...literalSecrets(directives),
  ].map((breach) => `maddy: ${breach}`);
}
