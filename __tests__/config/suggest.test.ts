import { VARIABLES } from "../../lib/config/contract";
import { didYouMean } from "../../lib/config/values";

test.each([
  ["MAIL_DOMIAN", "MAIL_DOMAIN"],
  ["mail_domain", "MAIL_DOMAIN"],
  ["MAIL_DOMAINS", "MAIL_DOMAIN"],
  ["TS_AUTH_KEY", "TS_AUTHKEY"],
  ["REDIS_HOST", "STALWART_REDIS_HOST"],
  ["SMARTHOST", "STALWART_SMARTHOST"],
  ["STALWART_DB_PASS", "STALWART_DB_PASSWORD"],
  ["EDGE_IP", "EDGE_IPV4"],
  ["EDGE_IP4", "EDGE_IPV4"],
  ["STALWART_MAGICNAME", "STALWART_MAGIC_NAME"],
  ["CADDY_L4_VERISON", "CADDY_L4_VERSION"],
])("%s is taken for %s", (word, meant) => {
  expect(didYouMean(word, VARIABLES)).toBe(`did you mean ${meant}?`);
});

test.each(["", "FOO", "PATH", "HOME", "__proto__", "constructor", "x".repeat(100000)])("nothing is near %.20j", (word) => {
  expect(didYouMean(word, VARIABLES)).toBe("");
});

test("a short word is near only with one letter changed, or two that changed places", () => {
  expect(didYouMean("smpt", ["smtp", "imap"])).toBe("did you mean smtp?");
  expect(didYouMean("snpt", ["smtp", "imap"])).toBe("");
  expect(didYouMean("pop3", ["smtp", "pop3s"])).toBe("did you mean pop3s?");
  expect(didYouMean("IMAP", ["smtp", "imap"])).toBe("did you mean imap?");
  expect(didYouMean("anything", [])).toBe("");
});
