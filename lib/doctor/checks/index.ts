import type { Check } from "../check";
import { banner } from "./banner";

/** All checks, in the order of the docs: one file each. */
export const CHECKS: readonly Check[] = [banner];
