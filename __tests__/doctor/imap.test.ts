import { endOf } from "../../lib/doctor/imap";
import { letter } from "../../lib/doctor/letter";

describe("the end of an IMAP answer", () => {
  test("is the tagged line, not one inside of a literal", () => {
    const text = '* 1 FETCH (BODY[] {14}\r\nd2 OK not yet\r\n)\r\nd2 OK done\r\n';
    expect(endOf(text, "d2")).toEqual({ at: text.indexOf("d2 OK done"), line: "d2 OK done" });
  });
  test.each(["", "* OK\r\n", "d2 OK", "* 1 FETCH (BODY[] {500}\r\nd2 OK\r\n"])("has not come yet: %j", (text) => expect(endOf(text, "d2")).toBeUndefined());
});

test("a letter is marked, long enough, and no two are alike", () => {
  const [one, other] = [letter("a@one.test", "b@two.test", new Date("2030-01-01T00:00:00Z"), 100_000), letter("a@one.test", "b@two.test", new Date(0))];
  expect(one.text.length).toBeGreaterThan(100_000);
  expect(one.text).toContain(`Message-ID: <${one.mark}@`);
  expect(one.text).toContain("Date: Tue, 01 Jan 2030 00:00:00 +0000\r\n");
  expect(one.ehlo).toContain(one.mark);
  expect(one.mark).not.toBe(other.mark);
  expect(Math.max(...one.text.split("\r\n").map((line) => line.length))).toBeLessThan(79);
});
