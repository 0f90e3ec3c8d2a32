import type { Wire } from "../wire";
import type { Target } from "./talk";

/** Every public line, as a stranger meets it. */
export const targetsOf = (wire: Wire, hostname: string): Target[] =>
  wire.routes.flatMap((route) => {
    const line = wire.lines.find(({ name }) => name === route.line);
    return line === undefined ? [] : [{ line: line.name, port: route.port, protocol: line.protocol, tls: line.tls === "implicit", servername: route.sni?.[0] ?? hostname }];
  });
