import { hasGarage, type CaddyPart, type Deployment } from "../config";

/** A stack as a person sees it: on which engines, and what runs or is built there. */
export interface StackView {
  readonly name: string;
  readonly engines: readonly string[];
  readonly parts: readonly (readonly [what: string, from: string])[];
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

/** Only the host: a URL may carry more than a reader wants to see. */
function sourceOf(download: string): string {
  return /^https?:\/\//.test(download) ? new URL(download).host : `the file ${download}`;
}

const wanted = ({ version, exact }: CaddyPart): string => (exact ? version : `${version} or newer`);

function edgeImage({ caddy }: Deployment): StackView["parts"] {
  const checked = caddy.sha256 === undefined ? "SHA-256 not given" : `SHA-256 ${caddy.sha256.slice(0, 12)}...`;
  return [
    ["edge image", `Caddy ${wanted(caddy.version)} with caddy-l4 ${wanted(caddy.l4Version)} for ${caddy.arch}, on ${caddy.baseImage}`],
    ["its download", `from ${sourceOf(caddy.download)}, ${checked}`],
  ];
}

/** The one container of a stack that is root of its host, said where a person looks before a deploy. */
const starterOf = ({ starter }: Deployment): StackView["parts"] => (starter === undefined ? [] : [["starter", `${starter.image}, has the engine's socket: root of that host; no network`]]);

/** What the stacks of this deployment build and run; of a name that tells nothing, only the name. */
export function stackViews(deployment: Deployment, stacks: readonly string[]): StackView[] {
  const { mailbox, backends, caddy, edges, tailnet } = deployment;
  const garage = hasGarage(deployment);
  return stacks.map((name): StackView => {
    if (name === "images")
      return {
        name,
        engines: unique([...edges.map((edge) => edge.dockerHost), ...(garage ? [mailbox.dockerHost] : [])]),
        parts: [...edgeImage(deployment), ...(garage ? [["Garage image", `${backends.images.garage}, on ${caddy.baseImage}`] as const] : [])],
      };
    if (name === "tailnet") {
      const place = tailnet.headscale ?? "Tailscale's admin console";
      const { mode, url } = tailnet.policy;
      const what = mode === "apply" ? `our lines are merged into the policy at ${url}` : `is not applied: merge tailnet-policy.hujson into your policy at ${place}`;
      return { name, engines: [], parts: [["policy", what]] };
    }
    if (name === "mailbox")
      return {
        name,
        engines: [mailbox.dockerHost],
        parts: [
          ["namespace", mailbox.sidecarImage],
          ["sidecar", `${mailbox.sidecarImage}, ${mailbox.ephemeral ? "ephemeral node" : "node that keeps its name and address"}`],
          ...(backends.kind === "embedded" ? [["PostgreSQL", backends.images.postgres] as const] : []),
          ...(garage ? [["Garage", "the Garage image"] as const] : []),
          ...(backends.kind === "embedded" && backends.redis ? [["Redis", backends.images.redis] as const] : []),
          [mailbox.server, mailbox.image],
          ...starterOf(deployment),
        ],
      };
    const edge = edges.find((one) => name === "edge" || name === `edge-${one.name}`);
    const node: StackView["parts"] = edge?.network === "sidecar" ? [["namespace", mailbox.sidecarImage], ["sidecar", `${mailbox.sidecarImage}, a node of its own`]] : [];
    return { name, engines: edge ? [edge.dockerHost] : [], parts: edge ? [...node, ["Caddy", "the edge image"], ...starterOf(deployment)] : [] };
  });
}
