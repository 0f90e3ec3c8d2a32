import type { DockerRule } from "./rule";
import { isScratch } from "./scratch";

export const protectedVolume: DockerRule = {
  name: "protected-volume",
  why: "`cdktf destroy` removed the data volume with everything else",
  volume: ({ construct, attributes: { name, lifecycle } }) =>
    lifecycle?.prevent_destroy || isScratch(construct)
      ? []
      : [
          `volume ${name ?? "without a name"} may be destroyed; a volume with data needs lifecycle: { preventDestroy: true }; add it, or call markScratch(volume) when its content is made anew at each start`,
        ],
};
