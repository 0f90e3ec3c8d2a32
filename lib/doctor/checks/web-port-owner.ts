import { heldInodes, listeningSockets, type ListeningSocket } from "../../deploy/ports";
import { lineKey } from "../certificates";
import { CannotAsk, type Check, type Finding } from "../check";
import type { EdgeGround, Ground } from "../ground";
import { shakeHands } from "../handshake";
import { settled } from "../settled";

/** No server has it (RFC 6761 section 6.4), so only the fallback may answer. */
const UNKNOWN = "nobody.invalid";
const TABLES = "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; ls -l /proc/[0-9]*/fd 2>/dev/null; true";

/** Our Caddy has one socket for IPv4 and IPv6 together; every other one takes connections away from it. */
function intruders(text: string, port: number): ListeningSocket[] {
  const held = heldInodes(text);
  const sockets = listeningSockets(text).filter((one) => one.port === port);
  const [own] = sockets.filter(({ inode, address }) => held.has(inode) && ["::", "0.0.0.0"].includes(address));
  return sockets.filter((one) => one !== own);
}

async function shownTo(ground: Ground, edge: EdgeGround, port: number, servername: string): Promise<string | undefined> {
  const way = await ground.outside(edge);
  return ground.politely(lineKey(edge, port), async () => {
    const stream = way.open(edge.site.ipv4, port).on("error", () => undefined);
    // A fallback without a web server, or one that refuses unknown names, shows nothing: that is its right.
    const hands = await shakeHands(stream, { servername }).catch(() => undefined);
    stream.destroy();
    return hands?.shown.certificate.fingerprint256;
  });
}

async function ofEdge(ground: Ground, edge: EdgeGround, port: number, name: string): Promise<Finding[]> {
  const { deployment } = ground;
  const where = `port ${port} of ${edge.site.ipv4}`;
  const { status, stdout, stderr } = await edge.shell.exec(["/bin/sh", "-c", TABLES], { seconds: 8 });
  if (status !== 0 || stdout === "") throw new CannotAsk(`${edge.shell.from} does not say who listens (${stderr.trim().split("\n").pop()}); look at npm run drift`);
  const others = intruders(stdout, port).map(({ address }): Finding => ({ where, what: `another program listens there too, at ${address.includes(":") ? `[${address}]` : address}; ss -ltnp 'sport = :${port}' on the edge's host names it`, key: `another at ${address}` }));
  // One certificate by files may well serve both ends.
  if (others.length > 0 || deployment.mailbox.certificates.kind === "files") return others;
  const [ours, strangers] = [await shownTo(ground, edge, port, name), await shownTo(ground, edge, port, UNKNOWN)];
  if (ours === undefined || ours !== strangers) return [];
  return [{ where, what: `a name that is nobody's (${UNKNOWN}) reaches the mailbox, not ${ground.wire.fallback?.dial}`, key: "fallback", cause: "the edge runs with another configuration than the one that is deployed", fix: "npm run deploy; npm run drift says what differs" }];
}

export const webPortOwner: Check = {
  name: "web-port-owner",
  proves: "the HTTPS port of each edge belongs to the edge alone, and other names than the mailbox's go to the host's web server",
  from: "edge host",
  severity: "error",
  symptom: "about half of all HTTPS connections fail or show the wrong certificate; it comes and goes",
  cause: "two programs share the port (SO_REUSEPORT splits connections between them, silently)",
  fix: "move the host's own web server to EDGE_WEB_FALLBACK (in Caddy: https_port 8443), and restart it",
  lesson: "pitfalls",
  seconds: 20,
  needless: ({ deployment }) => (deployment.web === undefined ? "the edge leaves the HTTPS port alone" : undefined),
  async run(ground) {
    const route = ground.wire.routes.find(({ sni }) => sni !== undefined);
    const name = route?.sni?.[0];
    if (route === undefined || name === undefined) throw new CannotAsk("no edge route serves HTTPS");
    return settled(ground.edges.map((edge) => ofEdge(ground, edge, route.port, name)));
  },
};
