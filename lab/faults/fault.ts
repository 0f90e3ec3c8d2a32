import type { Bench } from "../bench";
import type { Server } from "../env";

/** Something that goes wrong while mail flows. */
export interface Fault {
  readonly name: string;
  /** what happens, in one line */
  readonly what: string;
  /** mail servers that it concerns @default all */
  readonly servers?: readonly Server[];
  /** why it cannot be rehearsed here; undefined when it can */
  readonly impossible?: (bench: Bench) => Promise<string | undefined>;
  /** Makes it happen; ends when the cause is over, as far as it has an end. The deployment has to heal by itself. */
  readonly plant: (bench: Bench) => Promise<void>;
}
