import type { Bench } from "../bench";
import type { Server } from "../env";

/** Parts of the lab: containers of the deployment, the control server, the deploy itself, the engine. */
export type Touched = "owner" | "sidecar" | "server" | "postgres" | "garage" | "redis" | "edge" | "edgeSidecar" | "control" | "deploy" | "engine";

/** Something that goes wrong while mail flows. */
export interface Fault {
  readonly name: string;
  /** what happens, in one line */
  readonly what: string;
  /** mail servers that it concerns @default all */
  readonly servers?: readonly Server[];
  /** why it cannot be rehearsed here; undefined when it can */
  readonly impossible?: (bench: Bench) => Promise<string | undefined>;
  /** Makes it happen; ends when the cause is over, as far as it has an end. The deployment has to heal by itself. @returns what was not as promised meanwhile */
  readonly plant: (bench: Bench) => Promise<void | readonly string[]>;
  /** Takes away what is left of it when the deployment did not heal, so that the next fault begins with a whole one. */
  readonly tidy?: (bench: Bench) => Promise<void>;
  /** what it takes away or works with; two that share one do not make a pair, and "engine" makes none at all */
  readonly touches: readonly Touched[];
}
