import type { Deployment } from "./deployment";
import type { Findings } from "./findings";

export function starterOf(f: Findings): Deployment["starter"] {
  const { ENGINE_STARTER: wanted, STARTER_IMAGE: image } = f.settings;
  if (wanted) return { image };
  f.idle("ENGINE_STARTER is false", "STARTER_IMAGE", "MAILBOX_DOCKER_SOCKET", "EDGE_DOCKER_SOCKET");
  return undefined;
}
