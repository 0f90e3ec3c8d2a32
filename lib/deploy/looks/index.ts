import { caddy } from "./caddy";
import { files } from "./files";
import { health } from "./health";
import type { Look } from "./look";
import { namespace } from "./namespace";
import { node } from "./node";
import { policy } from "./policy";
import { settings } from "./settings";

export type { Finding, Look } from "./look";

/** Everything that `npm run drift` looks at beside Terraform's plans; one look, one file. */
export const LOOKS: Readonly<Record<string, Look>> = { health, namespace, files, node, policy, settings, caddy };
