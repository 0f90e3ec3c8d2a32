import { EDGE_PEER, type Listener, type Wire } from "../../../wire";
import { protocolOf } from "../listeners";
import type { NetworkListener } from "../objects";
import type { Plan } from "./plan";

const portsOf = ({ bind }: Partial<NetworkListener>): number[] => Object.keys(bind ?? {}).map((socket) => Number(/:(\d+)$/.exec(socket)?.[1]));

/** Exactly the wire's listeners, and on each of them exactly the wire's trust. */
export function listenerBreaches(plan: Plan, { listeners }: Wire): string[] {
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
        ...trusted.filter((member) => member !== EDGE_PEER).map((member) => `listener ${listener.line} trusts ${member}; only ${EDGE_PEER}, as which the guard lets edges in, or a neighbor could forge`),
      ];
    }),
  ];
}
