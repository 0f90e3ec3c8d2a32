import type { Site } from "../../site/site";
import type { Stack } from "../../site/stack";

/** Something that is not as it should be. */
export interface Finding {
  /** the container or other thing */
  readonly where: string;
  readonly what: string;
}

/** A look at what Terraform cannot see; it reads only, and never returns a secret's value. */
export type Look = (site: Site, stack: Stack) => Promise<readonly Finding[]>;
