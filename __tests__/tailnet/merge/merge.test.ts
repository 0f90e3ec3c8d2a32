import { removePolicy, mergePolicy } from "../../../lib/tailnet/merge";
import type { PolicyEntries } from "../../../lib/tailnet/policy";
import { CORPUS, DRESSED, type Policy } from "./corpus";
import { obeyed, wants } from "./laws";

describe("every policy of the corpus, as several editors save it", () => {
  test("there are enough of them", () => expect(CORPUS.length).toBeGreaterThanOrEqual(60));

  const obeyedBy = (policies: readonly Policy[], wanted: PolicyEntries): void => {
    for (const { name, text } of policies)
      try {
        obeyed(text, wanted);
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`);
      }
  };

  test("keeps its bytes, however it is saved, and gets what a small deployment wants", () => obeyedBy(DRESSED, wants().small));
  test("keeps its bytes, and gets what a large deployment wants", () => obeyedBy(CORPUS, wants().large));
  test("keeps its bytes, and gets no tests where none are wanted", () => obeyedBy(CORPUS, wants().quiet));

  test("an edited wire goes in, and out again to the last byte", () => {
    const { large, edited, small, quiet } = wants();
    for (const { name, text } of CORPUS) {
      let live = text;
      for (const wanted of [small, large, edited, large, quiet]) {
        live = mergePolicy(live, wanted, { allowFirstRule: true }).text;
        expect([name, mergePolicy(live, wanted).changed]).toEqual([name, false]);
      }
      expect([name, removePolicy(live).text]).toEqual([name, text]);
    }
  });
});
