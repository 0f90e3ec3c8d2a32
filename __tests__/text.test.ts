import { table, wrap } from "../lib/text";

test("a table's columns stand below one another, with no blanks at a line's end", () => {
  expect(table([["line", "port", "to"], ["smtp", "25", "a"], ["sieve", "4190", ""]], { right: [1], indent: "  " })).toEqual([
    "  line   port  to",
    "  smtp     25  a",
    "  sieve  4190",
  ]);
});

test("a text wraps between words, below the end of its mark", () => {
  expect(wrap("one two three four", 11, "  - ")).toEqual(["  - one two", "    three", "    four"]);
});

test("a word that is too long stays whole", () => expect(wrap("a https://example.org/very/long b", 10)).toEqual(["a", "https://example.org/very/long", "b"]));
