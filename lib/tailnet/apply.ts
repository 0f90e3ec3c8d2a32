import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type PolicyApi } from "./api";
import { explainTests, mergePolicy, removePolicy, type MergeOptions, type MergeResult } from "./merge";
import type { PolicyEntries, PolicyOwner, PolicyTest } from "./policy";

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
  /** tags and users without a node, of whom our tests ask nothing yet */
  readonly absent?: readonly string[];
  /** entries of ours from before deployments had names, which have ours now */
  readonly named?: number;
  /** deployment -> entries that it has there; "" counts entries without a name */
  readonly others?: Readonly<Record<string, number>>;
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
    const { text, changed, warnings: own = [], ...counts } = edit(before.text);
    if (!changed) return { written: false, ...counts, validated: false, retries: retry, warnings: own };
    const said = await api.check(text);
    const outcome = { written: true, ...counts, validated: said !== "unavailable", retries: retry, warnings: [...own, ...(said === "unavailable" ? [] : said)] };
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

/** Who has no node yet, out of Headscale's own words; it fails a test that names such a tag or user, as source or destination. */
function absentees(error: unknown): readonly string[] {
  if (!(error instanceof ApiError) || error.kind !== "refused") return [];
  const lines = error.details.filter((line) => line.includes("resolved to no IP addresses"));
  return [...new Set(lines.flatMap((line) => /-> ([^:]+:[^:]+):\d+/.exec(line)?.[1] ?? /"([^"]+)" resolved/.exec(line)?.[1] ?? []))];
}

/** The same entries, without what their tests ask of the absent. */
export function withoutAbsent(wanted: PolicyEntries, absent: readonly string[]): PolicyEntries {
  const present = (targets: readonly string[] = []): readonly string[] => targets.filter((target) => !absent.includes(target.slice(0, target.lastIndexOf(":"))));
  const tests = wanted.tests
    .filter(({ src }) => !absent.includes(src))
    .map(({ src, proto, accept, deny }): PolicyTest => ({ src, proto, ...nonEmpty("accept", present(accept)), ...nonEmpty("deny", present(deny)) }))
    .filter(({ accept, deny }) => accept !== undefined || deny !== undefined);
  return { ...wanted, tests };
}
const nonEmpty = <K extends string>(key: K, list: readonly string[]): Partial<Record<K, readonly string[]>> => (list.length === 0 ? {} : ({ [key]: list } as Record<K, readonly string[]>));

/** Tries with our entries, and again without what their tests ask of those that the server finds absent, until it names nobody new. */
async function sparingAbsent<T>(wanted: PolicyEntries, attempt: (entries: PolicyEntries) => Promise<T>): Promise<{ readonly absent: readonly string[] } & ({ readonly result: T } | { readonly error: unknown })> {
  const absent: string[] = [];
  for (;;) {
    try {
      return { absent, result: await attempt(withoutAbsent(wanted, absent)) };
    } catch (error) {
      const more = absentees(error).filter((name) => !absent.includes(name));
      if (more.length === 0) return { absent, error };
      absent.push(...more);
    }
  }
}

/** A refusal because tests fail, with the rules that break them before the server's own words. */
async function explained(api: PolicyApi, error: unknown, wanted: PolicyEntries): Promise<unknown> {
  if (!(error instanceof ApiError) || error.kind !== "refused") return error;
  try {
    const why = explainTests((await api.read()).text, wanted);
    // A deploy shows the last line first.
    return why.length === 0 ? error : new ApiError(error.kind, error.message, { details: [...error.details, ...why], uncertain: error.uncertain });
  } catch {
    return error;
  }
}

/** Puts exactly our entries into the policy. What our tests ask of nodes that have yet to join is left out for Headscale, and named. */
export async function applyPolicy(api: PolicyApi, wanted: PolicyEntries, options: MergeOptions & EditOptions = {}): Promise<Outcome> {
  const tried = await sparingAbsent(wanted, (entries) => editPolicy(api, (text) => mergePolicy(text, entries, options), options));
  if ("error" in tried) throw await explained(api, tried.error, withoutAbsent(wanted, tried.absent));
  return tried.absent.length === 0 ? tried.result : { ...tried.result, absent: tried.absent };
}

/** Who of our tests has no node yet, by the server's own check of our entries in this policy; nobody where it offers no check. */
export async function absentFrom(api: PolicyApi, text: string, wanted: PolicyEntries): Promise<readonly string[]> {
  const { absent } = await sparingAbsent(wanted, async (entries) => api.check(mergePolicy(text, entries, { allowFirstRule: true }).text));
  return absent;
}

/**
 * Takes out what {@link applyPolicy} put in.
 * @param options.owner whose entries @default those of all deployments
 */
export const withdrawPolicy = (api: PolicyApi, { owner, ...options }: EditOptions & { readonly owner?: PolicyOwner } = {}): Promise<Outcome> =>
  editPolicy(api, (text) => removePolicy(text, owner), options);
