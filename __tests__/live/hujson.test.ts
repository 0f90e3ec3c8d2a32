import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { mergePolicy, removePolicy } from "../../lib/tailnet/merge";
import { CORPUS, DRESSED } from "../tailnet/merge/corpus";
import { commentsIn, othersIn, strictly, survives, wants } from "../tailnet/merge/laws";
import { mangled, randomPolicy } from "../tailnet/merge/random";
import { describeWith, pathOf, type Need } from "./programs";

const HUJSON: Need = { name: "hujson", env: "TAILWART_HUJSON", candidates: [join(__dirname, "..", "..", "tools", "bin", "hujson")], hint: "tools/build hujson" };

interface Answer {
  readonly text?: string;
  readonly error?: string;
}

/** What tailscale/hujson, the parser of Tailscale's and Headscale's own, makes of each text. */
function asked(work: "parse" | "format", texts: readonly string[]): Answer[] {
  const { stdout, stderr, status } = spawnSync(pathOf(HUJSON), [work], { input: JSON.stringify(texts), encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer[];
}

function accepted(work: "parse" | "format", texts: readonly string[]): string[] {
  return asked(work, texts).map(({ text, error }, index) => {
    if (text === undefined) throw new Error(`${error}\n${texts[index]}`);
    return text;
  });
}

// hujson knows no byte order mark; a control server never has one, only a file on the way to it.
const POLICIES = DRESSED.filter(({ text }) => !text.startsWith("\uFEFF"));
const tapes = (length: number, count: number): number[][] => fc.sample(fc.array(fc.nat(0xffff), { maxLength: length, size: "max" }), { numRuns: count, seed: 25 });

describeWith([HUJSON], "policies that we edited, judged by tailscale/hujson", () => {
  const { small, large, edited, least } = wants();
  const merged = POLICIES.flatMap(({ text }) => [small, large].map((wanted) => ({ before: text, wanted, after: mergePolicy(text, wanted, { allowFirstRule: true }).text })));
  const texts = merged.map(({ after }) => after);

  test("it reads every one of them as we do", () => {
    const parsed = accepted("parse", texts);
    expect(parsed.length).toBeGreaterThan(400);
    parsed.forEach((text, index) => expect(JSON.parse(text)).toEqual(strictly(texts[index])));
  });

  test("what its formatter makes of them is known again: the same wire changes nothing", () => {
    accepted("format", texts).forEach((text, index) => expect(mergePolicy(text, merged[index].wanted)).toMatchObject({ text, changed: false, added: [], removed: [] }));
  });

  test("what its formatter makes of them takes another wire, and lets go of ours", () => {
    const formatted = accepted("format", texts);
    const again = formatted.map((text) => mergePolicy(text, edited).text);
    accepted("parse", again);
    const left = [...formatted, ...again].map((text) => removePolicy(text).text);
    accepted("parse", left);
    left.forEach((text, index) => {
      const { before } = merged[index % merged.length];
      expect([othersIn(text), commentsIn(text).map((one) => one.replace(/\s+/g, " "))]).toEqual([othersIn(before), commentsIn(before).map((one) => one.replace(/\s+/g, " "))]);
    });
    expect(accepted("format", left).filter((text) => /tailwart: (?:end|made|what|tag:|autogroup:)/.test(text.replace('"// tailwart: end"', "")))).toEqual([]);
  });

  test("it reads 10 000 random policies after our edit, and none is corrupted", () => {
    const random = tapes(120, 10_000).map(randomPolicy);
    for (const text of random) expect(survives(text, least)).toBe(true);
    const parsed = accepted("parse", random.map((text) => mergePolicy(text, least, { allowFirstRule: true }).text.replace(/^\uFEFF/, "")));
    expect(parsed).toHaveLength(10_000);
  });

  test("whatever we take to be HuJSON, it does too", () => {
    const broken = tapes(20, 4_000).map((tape, index) => mangled(CORPUS[index % CORPUS.length].text, tape));
    const taken = broken.filter((text) => {
      try {
        return mergePolicy(text, least, { allowFirstRule: true }).changed && text.trim() !== "";
      } catch {
        return false;
      }
    });
    expect(taken.length).toBeGreaterThan(200);
    accepted("parse", taken);
  });
});
