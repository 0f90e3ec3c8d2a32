import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { queryTlsa } from "./tlsa-query";

export type RecordType = "A" | "AAAA" | "MX" | "TXT" | "SRV" | "CNAME" | "CAA" | "TLSA" | "PTR" | "NS" | "SOA";

/**
 * What a name has of one type, as sorted texts in one spelling: names in lower case without the dot at their end (`.` for the
 * root), `MX` as `10 mail.example.org`, `SRV` as `0 1 993 mail.example.org`, `CAA` as `0 issue "ca.example"`, `TLSA` as
 * `3 1 1 <hex>`, a `TXT` as its strings joined. Empty where the name or the type is not there; CNAMEs are followed.
 * @throws Error with one line where that could not be found out (no answer, SERVFAIL, refused)
 */
export interface Lookup {
  (name: string, type: RecordType): Promise<readonly string[]>;
}

const DNS_PORT = 53;
const host = (name: string): string => name.toLowerCase().replace(/\.$/, "") || ".";
/** One spelling for one IPv6 address (RFC 5952). */
const address = (text: string): string => (text.includes(":") ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text);

type Asked = Exclude<RecordType, "TLSA">;
const ASK: { readonly [T in Asked]: (resolver: Resolver, name: string) => Promise<string[]> } = {
  A: async (resolver, name) => await resolver.resolve4(name),
  AAAA: async (resolver, name) => (await resolver.resolve6(name)).map(address),
  MX: async (resolver, name) => (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${host(exchange)}`),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((strings) => strings.join("")),
  SRV: async (resolver, name) => (await resolver.resolveSrv(name)).map(({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${host(target)}`),
  CNAME: async (resolver, name) => (await resolver.resolveCname(name)).map(host),
  CAA: async (resolver, name) => (await resolver.resolveCaa(name)).map((record) => caaText(record)),
  PTR: async (resolver, name) => (await resolver.resolvePtr(name)).map(host),
  NS: async (resolver, name) => (await resolver.resolveNs(name)).map(host),
  SOA: async (resolver, name) => {
    const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = await resolver.resolveSoa(name);
    return [`${host(nsname)} ${host(hostmaster)} ${serial} ${refresh} ${retry} ${expire} ${minttl}`];
  },
};

/** A CAA record as Node.js gives it, its one property under its tag; from 24 on with the record's type beside it. */
export function caaText({ critical, type: _, ...property }: { readonly critical: number; readonly type?: string } & object): string {
  return Object.entries(property).map(([tag, value]) => `${critical} ${tag} "${String(value)}"`).join();
}

const WORDS: Readonly<Record<string, string>> = {
  ESERVFAIL: "answers SERVFAIL (the zone is broken there, or its DNSSEC is)",
  EREFUSED: "refuses to answer",
  ETIMEOUT: "does not answer in time",
  ECANCELLED: "does not answer in time",
  ECONNREFUSED: "is not reached (no name server on that port)",
  EBADRESP: "answers what cannot be read",
  EFORMERR: "calls the question malformed",
  EBADNAME: "is not asked: that is no DNS name",
};

/** `ip`, `ip:port` or `[v6]:port` in its parts. @throws Error */
export function serverOf(text: string): { readonly address: string; readonly port: number } {
  if (isIP(text)) return { address: text, port: DNS_PORT };
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const found = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3] ?? DNS_PORT);
  if (!isIP(found) || port < 1 || port > 65535) throw new Error(`"${text}" is no name server; write its address, address:port or [address]:port`);
  return { address: found, port };
}

async function ask(servers: readonly ReturnType<typeof serverOf>[], name: string, type: RecordType, seconds: number): Promise<string[]> {
  if (type === "TLSA") {
    for (const server of servers.slice(0, -1)) {
      const found = await queryTlsa(server, name, seconds).catch(() => undefined);
      if (found !== undefined) return found;
    }
    return queryTlsa(servers[servers.length - 1], name, seconds);
  }
  // One for each question: cancel() ends all of a resolver's questions.
  const resolver = new Resolver({ timeout: Math.ceil((seconds * 1000) / 2), tries: 2 });
  resolver.setServers(servers.map(({ address: at, port }) => (at.includes(":") ? `[${at}]:${port}` : `${at}:${port}`)));
  const timer = setTimeout(() => resolver.cancel(), seconds * 1000 * servers.length);
  try {
    return await ASK[type](resolver, name);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks the given name servers, the next one when one fails.
 * @param servers `ip`, `ip:port` or `[v6]:port`
 * @param seconds for each server @default 3
 */
export function lookupAt(servers: readonly string[], seconds = 3): Lookup {
  const places = servers.map(serverOf);
  if (places.length === 0) throw new Error("no name server to ask");
  return async (name, type) => {
    try {
      return (await ask(places, name, type, seconds)).sort();
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      if (code === "ENODATA" || code === "ENOTFOUND") return [];
      throw new Error(`${servers.join(" and ")} ${WORDS[code] ?? `fails (${message})`}, asked for ${type} of ${name}`);
    }
  };
}
