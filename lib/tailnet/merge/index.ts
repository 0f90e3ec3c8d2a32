import type { Wire } from "../../wire";
import type { PolicyEntries } from "../policy";
import type { MergeOptions, MergeResult, PolicyFinding } from "./types";

export type * from "./types";

export function mergePolicy(_current: string, _wanted: PolicyEntries, _options: MergeOptions = {}): MergeResult {
  throw new Error("not written yet");
}

export function removePolicy(_current: string): MergeResult {
  throw new Error("not written yet");
}

export function comparePolicy(_current: string, _wanted: PolicyEntries, _wire: Wire): readonly PolicyFinding[] {
  throw new Error("not written yet");
}
