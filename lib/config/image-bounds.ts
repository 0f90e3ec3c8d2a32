import { outOfBounds, programOf, tagVersion } from "../versions";
import type { VariableName } from "./contract";
import type { Findings } from "./findings";

/** The variables that name an image whose program has a row in lib/versions.ts. */
export type ImageVariable = Extract<VariableName, `${string}_IMAGE`>;

const WHOLE = /:v?\d+\.\d+\.\d+/;
const TWO_NUMBERS: readonly ImageVariable[] = ["POSTGRES_IMAGE", "BASE_IMAGE"];

/** An image as the user names it; refused where its tag carries a version that is out of its program's bounds. */
export function imageOf(f: Findings, variable: ImageVariable): string {
  const image = f.settings[variable];
  const program = programOf(variable);
  const version = tagVersion(image);
  // With a digest alone, or a name of one's own, there is no version to look at.
  if (program === undefined || version === undefined) return image;
  // Bundles of PostgreSQL with something else (TimescaleDB) have tags of their own.
  if (variable === "POSTGRES_IMAGE" && !/(^|[/_-])postgres(ql)?[^/]*:/.test(image)) return image;
  const whole = TWO_NUMBERS.includes(variable) || WHOLE.test(image) || image.includes("@");
  if (!whole && (variable === "STALWART_IMAGE" || variable === "MADDY_IMAGE")) {
    f.refuse(variable, image, "its version is not whole and moves; write all three numbers");
    return image;
  }
  const problem = outOfBounds(program, version);
  if (problem !== undefined) f.refuse(variable, image, problem);
  return image;
}
