import type { Finding, Look } from "./look";

/** A node that finds its name taken gets another one, and everybody dials the old one. */
export const node: Look = async (site, stack) => {
  const sidecar = stack.containers.find(({ files }) => files.some(({ path }) => path.endsWith("/sidecar.sh")));
  if (sidecar === undefined) return [];
  const edge = site.edgeOf(stack.name);
  const wanted = site.wire.edges.find(({ name }) => name === edge?.name) ?? site.wire.mailbox;
  const { status, stdout } = await site.engine(sidecar.engine).exec(sidecar.name, ["tailscale", "status", "--json", "--peers=false"]);
  const what = status === 0 ? misnamed(stdout, wanted.host) : "does not say who it is on the tailnet";
  return what === undefined ? [] : [{ where: sidecar.name, what } satisfies Finding];
};

/** @param json what `tailscale status --json` says */
export function misnamed(json: string, host: string): string | undefined {
  const { BackendState: state, Self } = JSON.parse(json) as { BackendState?: string; Self?: { DNSName?: string; Expired?: boolean } };
  const name = (Self?.DNSName ?? "").replace(/\.$/, "");
  if (state !== "Running") return `is not on the tailnet: ${state}`;
  return name === host ? undefined : `is ${name || "nobody"} on the tailnet, not ${host}; remove the node that has the name (admin console, headscale nodes delete), then rename this one`;
}
