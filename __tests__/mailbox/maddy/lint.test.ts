import { maddyConfig } from "../../../lib/mailbox/maddy/config";
import { checkMaddy } from "../../../lib/mailbox/maddy/lint";
import { deployment, wireOf } from "../../deployment";

const OVERRIDES = {
  ...{ MAIL_SERVER: "maddy", PUBLIC_LINES: "smtp,submissions,submission,imaps", TAILNET_LINES: "imap" },
  ...{ STALWART_SMARTHOST: "smtp.relay.test", STALWART_SMARTHOST_USER: "relay-user" },
};
const wire = wireOf(OVERRIDES);
const text = maddyConfig(deployment(OVERRIDES), wire);

/** The text with one change, which has to be one. */
function changed(from: string | RegExp, to: string): string {
  const result = text.replace(from, to);
  if (result === text) throw new Error(`${String(from)} is not in the configuration`);
  return result;
}

const TRUST = "trust 192.0.2.2/32";
const MUTATIONS: [what: string, text: string, message: RegExp][] = [
  ["an empty trust list", changed(TRUST, ""), /smtp tcp:\/\/\[::\]:25 has an empty trust list/],
  ["a trust directive without a word", changed(TRUST, "trust"), /empty trust list/],
  ["another address", changed(TRUST, "trust 100.64.0.7"), /trusts 100\.64\.0\.7; only 192\.0\.2\.2\/32/],
  ["an edge's own address", changed(TRUST, "trust 100.64.0.7/32"), /trusts 100\.64\.0\.7\/32; only 192\.0\.2\.2\/32, as which the guard lets edges in/],
  ["the whole tailnet trusted", changed(TRUST, "trust 100.64.0.0/10"), /trusts 100\.64\.0\.0\/10; only 192\.0\.2\.2\/32/],
  ["an IPv6 range trusted", changed(TRUST, "trust 192.0.2.2/32 fd7a::/32"), /trusts fd7a::\/32; only 192\.0\.2\.2\/32/],
  ["a name trusted", changed(TRUST, "trust edge"), /trusts edge; only/],
  ["the short form with a range", changed(/proxy_protocol \{\n\s*trust .*\n\s*\}/, "proxy_protocol 10.0.0.0/8"), /trusts 10\.0\.0\.0\/8/],
  ["tls:// with proxy_protocol", changed("submission tcp://[::]:465", "submission tls://[::]:465"), /is tls:\/\/ with proxy_protocol/],
  ["no TLS after the header on 993", changed(/(imap tcp:\/\/\[::\]:993 \{\n\s*proxy_protocol \{\n\s*trust .*\n)\s*tls .*\n/, "$1"), /has no tls inside proxy_protocol; the wire says implicit/],
  ["TLS after the header on 25", changed(TRUST, `${TRUST}\n        tls file /a /b`), /smtp .* has tls inside proxy_protocol; the wire says starttls/],
  ["no proxy_protocol on a public line", changed(/(smtp tcp:\/\/\[::\]:25 \{\n)\s*proxy_protocol \{\n\s*trust .*\n\s*\}\n/, "$1"), /has no proxy_protocol; the wire has v2 there/],
  ["proxy_protocol on a line of the tailnet", changed("imap tcp://[::]:143 {", "imap tcp://[::]:143 {\n    proxy_protocol {\n        trust 192.0.2.2/32\n    }"), /\(imap\) expects PROXY; the wire has none there/],
  ["the wrong scheme on a line of the tailnet", changed("imap tcp://[::]:143 {", "imap tls://[::]:143 {"), /\(imap\) has to be tcp:\/\//],
  ["another port", changed("tcp://[::]:587", "tcp://[::]:2587"), /:2587 is not on the wire/],
  ["a line without an endpoint", changed("tcp://[::]:587", "tcp://[::]:2587"), /nothing listens for submission \(port 587\)/],
  ["two endpoints in one, one of them wild", changed("submission tcp://[::]:587", "submission tcp://[::]:587 tcp://[::]:26"), /:26 is not on the wire/],
  ["a smarthost's password", changed("{env:SMARTHOST_PASSWORD}", "hunter22"), /auth plain relay-user holds a secret as it is/],
  ["a database password", changed("sslmode=disable", "password=hunter22"), /dsn holds a secret as it is/],
  ["a database URL with a password", changed(/dsn ".*"/, "dsn postgres://a:hunter22@db/x"), /dsn holds a secret as it is/],
];

test("the configuration as it is made has no breach", () => expect(checkMaddy(text, wire)).toEqual([]));

test.each(MUTATIONS)("refuses %s", (_, mutation, message) => {
  expect(checkMaddy(mutation, wire)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
});

test("refuses an edge that hands HTTPS to maddy", () => {
  const web = { ...wire, routes: [...wire.routes, { line: "web", port: 443, dial: "", proxy: "none", sni: ["mta-sts.one.test"] } as const] };
  expect(checkMaddy(text, web)).toEqual(["maddy: the edge hands mta-sts.one.test to maddy, which serves no HTTPS"]);
});
