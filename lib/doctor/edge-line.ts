import { connect as connectTls } from "node:tls";
import { lookedUpIn, ownAddresses, TAILNET, within as inside } from "./addresses";
import { EDGE_PEER } from "../wire";
import type { EdgeGround, Ground } from "./ground";

/** Addresses with which an edge may appear at the mailbox: the one that the guard gives all of them, what MagicDNS says there, what the node has, and the public ones. */
export async function edgeAddresses(ground: Ground, edge: EdgeGround): Promise<string[]> {
  const { ipv4, ipv6 } = edge.site;
  return [...new Set([EDGE_PEER, ...(await lookedUpIn(ground.sidecar, edge.node.host)), ...(await tailnetAddresses(edge)), ipv4, ...(ipv6 === undefined ? [] : [ipv6])])];
}

/** What the node of a shell's network has on the tailnet, by its kernel; none when it is not on it. */
export async function tailnetAddresses({ shell }: Pick<EdgeGround, "shell">): Promise<string[]> {
  const { stdout } = await shell.exec(["cat", "/proc/net/fib_trie"], { seconds: 15 });
  return ownAddresses(stdout).filter((address) => inside(address, TAILNET));
}

/**
 * Opens from the edge's network a line that carries no PROXY header, the web's, as the edge does.
 * @returns in words that it was taken and closed before TLS stood; undefined when it stands, is not reached, or there is none
 */
export async function closesAtOnce({ wire }: Ground, { shell }: EdgeGround): Promise<string | undefined> {
  const route = wire.routes.find(({ line, proxy }) => line === "web" && proxy === "none");
  if (route === undefined) return undefined;
  const raw = shell.open(wire.mailbox.host, route.port);
  const begun = Date.now();
  const stream = connectTls({ socket: raw.on("error", () => undefined), servername: route.sni?.[0], rejectUnauthorized: false });
  const end = await new Promise<string>((resolve) => {
    setTimeout(resolve, 5000, "late");
    stream.once("secureConnect", () => resolve("stands")).once("error", () => resolve("closed")).once("close", () => resolve("closed"));
  });
  [stream, raw].forEach((one) => one.on("error", () => undefined).destroy());
  return end === "closed" ? `from the edge port ${route.port} of ${wire.mailbox.host} is accepted and closed after ${((Date.now() - begun) / 1000).toFixed(1)} s` : undefined;
}
