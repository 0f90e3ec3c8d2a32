import { EDGE_PEER, type Listener, type Wire } from "../../wire";
import { setOf, type NetworkListener } from "./objects";
import { planFile, replaceAll, type PlanFile } from "./request";

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
  // An empty one inherits the server-wide trust, which is empty too (see system.ts); written, so that the read-back looks at it.
  overrideProxyTrustedNetworks: listener.proxy === "v2" ? setOf(EDGE_PEER) : setOf(),
});

/** Exactly the wire's listeners; without any, Stalwart would bring its own seven back. */
export const listenerFiles = ({ listeners }: Wire): PlanFile[] => [
  planFile("30-listeners", ...replaceAll("NetworkListener", Object.fromEntries(listeners.map((one) => [one.line, listenerOf(one)])))),
];
