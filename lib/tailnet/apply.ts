import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type PolicyApi } from "./api";
import { mergePolicy, removePolicy, type MergeOptions, type MergeResult } from "./merge";
import type { PolicyEntries } from "./policy";

export interface EditOptions {
  /** how often the policy is read again because somebody else wrote first @default 3 */
  readonly retries?: number;
  /** milliseconds before retry number 1, 2, 3 @default a random time up to 0.4, 0.8, 1.6 s */
  readonly pauseMs?: (retry: number) => number;
}

export interface Outcome {
  readonly written: boolean;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** false where the server offers no check before it stores */
  readonly validated: boolean;
  /** how often somebody else wrote first */
  readonly retries: number;
  /** what the server thinks of the policy and stores nevertheless */
  readonly warnings: readonly string[];
  /** why our tests are not in the policy */
  readonly withoutTests?: readonly string[];
}

const jitter = (retry: number): number => 50 + Math.random() * 200 * 2 ** retry;

/**
 * Reads, edits, has it checked, and writes if nobody else did meanwhile; otherwise all over again. There is one write, so
 * whatever interrupts us leaves the old policy or the new one.
 * @throws ApiError, and what `edit` throws
 */
export async function editPolicy(api: PolicyApi, edit: (current: string) => MergeResult, { retries = 3, pauseMs = jitter }: EditOptions = {}): Promise<Outcome> {
  for (let retry = 0; ; retry += 1) {
    const before = await api.read();
    const { text, changed, added, removed } = edit(before.text);
    if (!changed) return { written: false, added, removed, validated: false, retries: retry, warnings: [] };
    const said = await api.check(text);
    const outcome = { written: true, added, removed, validated: said !== "unavailable", retries: retry, warnings: said === "unavailable" ? [] : said };
    try {
      await api.write(text, before);
      return outcome;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind === "changed" && retry < retries) await sleep(pauseMs(retry + 1));
      else if (error.uncertain && (await arrived(api, edit))) return outcome;
      else throw error.kind === "changed" ? new ApiError("changed", `${error.message}, ${retry + 1} times; nothing was written, try again`) : error;
    }
  }
}

/** The answer to a write was lost: is it there? */
async function arrived(api: PolicyApi, edit: (current: string) => MergeResult): Promise<boolean> {
  try {
    return !edit((await api.read()).text).changed;
  } catch {
    return false;
  }
}

/** Headscale fails a test that names a tag or user without a node, in the source or in the destination. */
const nodeless = (error: unknown): error is ApiError => error instanceof ApiError && error.kind === "refused" && error.details.some((line) => line.includes("resolved to no IP addresses"));

/** Puts exactly our entries into the policy. Where their nodes have yet to join, Headscale gets them without our tests. */
export async function applyPolicy(api: PolicyApi, wanted: PolicyEntries, options: MergeOptions & EditOptions = {}): Promise<Outcome> {
  try {
    return await editPolicy(api, (text) => mergePolicy(text, wanted, options), options);
  } catch (error) {
    if (!nodeless(error) || wanted.tests.length === 0) throw error;
    const outcome = await editPolicy(api, (text) => mergePolicy(text, { ...wanted, tests: [] }, options), options);
    return { ...outcome, withoutTests: error.details.filter((line) => line.includes("resolved to no IP addresses")) };
  }
}

/** Takes out what {@link applyPolicy} put in. */
export const withdrawPolicy = (api: PolicyApi, options: EditOptions = {}): Promise<Outcome> => editPolicy(api, removePolicy, options);
