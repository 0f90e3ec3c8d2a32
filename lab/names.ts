import { MistakesError } from "../lib/errors";
import { lastLine } from "../lib/site/run";
import { container } from "./addresses";
import type { Lab } from "./lab";
import { zoneFile, type Zones } from "./zone";

/** Puts zones into the running name server, which reads its files again at HUP (nsd(8)). */
export async function serve(lab: Lab, zones: Zones): Promise<void> {
  for (const [name, text] of Object.entries(zones)) {
    const { status, stderr } = await lab.engine.exec(container("names"), ["/bin/sh", "-c", 'cat >"/zones/$1" && pkill -HUP -o nsd', "sh", zoneFile(name)], { input: text });
    if (status !== 0) throw new MistakesError([`the name server did not take the zone ${name}: ${lastLine(stderr)}`]);
  }
}
