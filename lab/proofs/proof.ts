import type { Bench } from "../bench";

/** One way that mail took, for the table at the end. */
export interface Row {
  readonly line: string;
  readonly port: number;
  /** who connected, and from where */
  readonly from: string;
  /** what address the mailbox saw */
  readonly saw: string;
  readonly how: string;
}

export interface Proven {
  /** what was seen, in one line */
  readonly seen: string;
  readonly rows?: readonly Row[];
}

/** One promise, kept or not. */
export interface Proof {
  readonly name: string;
  /** the promise, in one line */
  readonly promise: string;
  /** mail servers that make it @default all */
  readonly servers?: readonly ("stalwart" | "maddy")[];
  /** @throws Error with what was seen instead */
  readonly prove: (bench: Bench) => Promise<Proven>;
}
