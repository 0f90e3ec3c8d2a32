import type { Ground } from "./ground";

/** Where a check looks from. "outside" is the internet, as far as this machine stands there. */
export type From = "operator" | "outside" | "edge host" | "mailbox";

/** Something that is not as it should be; never with a secret's value. */
export interface Finding {
  /** the name, port, record or container that it is about */
  readonly where: string;
  /** what was seen, and what should have been seen; one line */
  readonly what: string;
  /** what tells it from other findings at the same place; without numbers that change from run to run @default what */
  readonly key?: string;
  /** in place of the check's own, when this finding has a cause and a fix of its own */
  readonly cause?: string;
  readonly fix?: string;
}

/** One promise that is looked at. One check = one file; it reads only, and leaves nothing behind. */
export interface Check {
  /** the file's name */
  readonly name: string;
  /** the promise, in one sentence that is true when nothing is found */
  readonly proves: string;
  readonly from: From;
  /** error: mail is lost, delayed or refused, or somebody gets in; warning: it will be, or less is protected than could be */
  readonly severity: "error" | "warning";
  readonly symptom: string;
  readonly cause: string;
  readonly fix: string;
  /** heading in docs/LESSONS.md, as an anchor without # */
  readonly lesson?: string;
  /** it can be asked before anything is deployed */
  readonly preflight?: true;
  /** it is given up after so many seconds @default 10 */
  readonly seconds?: number;
  /** why this deployment does not need it; undefined when it does */
  needless?(ground: Ground): string | undefined;
  /**
   * @returns what is wrong; nothing when all is well
   * @throws CannotAsk when it could not be asked; anything else that is thrown counts as that too
   */
  run(ground: Ground): Promise<readonly Finding[]>;
}

/** Something that a check needs does not answer, so nothing is known; the message says what and how to change that. */
export class CannotAsk extends Error {}
