import type { Listener, Wire } from "../../wire";
import type { NetworkListener, SetOf } from "./objects";
import { planFile, replaceAll, type PlanFile } from "./request";

/** The start script writes the edges' addresses in its place. */
export const EDGE_SET: SetOf = { "{{edge_set}}": true };

export const protocolOf = ({ protocol, line }: Listener): NetworkListener["protocol"] => {
  if (protocol === "postgresql" || protocol === "redis" || protocol === "s3") throw new Error(`${line} is no line that Stalwart listens on`);
  return protocol;
};

const listenerOf = (listener: Listener): NetworkListener => ({
  name: listener.line,
  protocol: protocolOf(listener),
  bind: { [`[::]:${listener.port}`]: true },
  useTls: listener.tls !== "none",
  tlsImplicit: listener.tls === "implicit",
  // Without an override a listener inherits the server-wide trust, which is empty (see system.ts).
  ...(listener.proxy === "v2" ? { overrideProxyTrustedNetworks: EDGE_SET } : {}),
});

/** Exactly the wire's listeners; without any, Stalwart would bring its own seven back. */
export const listenerFiles = ({ listeners }: Wire): PlanFile[] => [
  planFile("30-listeners", ...replaceAll("NetworkListener", Object.fromEntries(listeners.map((one) => [one.line, listenerOf(one)])))),
];
