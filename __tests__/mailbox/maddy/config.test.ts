import { maddyConfig } from "../../../lib/mailbox/maddy/config";
import { parse, render, type Directive } from "../../../lib/mailbox/maddy/syntax";
import { deployment, LARGE, wireOf } from "../../deployment";

type Overrides = Readonly<Record<string, string | undefined>>;
const MADDY = { MAIL_SERVER: "maddy" };
/** The large deployment, as far as maddy can have it. */
const LARGE_MADDY: Overrides = {
  ...LARGE,
  ...MADDY,
  ...{ PUBLIC_LINES: "smtp,submissions,submission,imaps", TAILNET_LINES: "imap", ADMIN_VHOST: undefined, STALWART_ACME_PROVIDER: undefined, WEB_PROXY_PROTOCOL: undefined },
  ...{ STALWART_REDIS_HOST: undefined, STALWART_S3_ENDPOINT: undefined },
};
const textOf = (overrides: Overrides = {}): string => maddyConfig(deployment({ ...MADDY, ...overrides }), wireOf({ ...MADDY, ...overrides }));
const block = (text: string, name: string, first: string): Directive => {
  const found = parse(text).find((one) => one.name === name && one.args[0] === first);
  if (found === undefined) throw new Error(`no ${name} ${first}`);
  return found;
};

test("of a small deployment", () => expect(textOf()).toMatchSnapshot());
test("of a large one", () => expect(textOf(LARGE_MADDY)).toMatchSnapshot());

test("TLS from the first byte begins after the PROXY header, or is the endpoint's where there is none", () => {
  const text = textOf({ PUBLIC_LINES: "smtp,submissions", TAILNET_LINES: "imaps,submission" });
  expect(block(text, "submission", "tcp://[::]:465").block?.[0]).toMatchObject({ name: "proxy_protocol", block: [{ args: ["192.0.2.2/32"] }, { name: "tls" }] });
  expect(block(text, "smtp", "tcp://[::]:25").block?.[0].block).toEqual([{ name: "trust", args: ["192.0.2.2/32"] }]);
  for (const [name, address] of [["imap", "tls://[::]:993"], ["submission", "tcp://[::]:587"]]) expect(block(text, name, address).block?.map((one) => one.name)).not.toContain("proxy_protocol");
});

test.each([
  ["smtp.relay.test", "tcp://smtp.relay.test:587", "yes"],
  ["smtp.relay.test:465", "tls://smtp.relay.test:465", "no"],
])("smarthost %s: TLS either way, the password from the environment", (host, target, startTls) => {
  expect(block(textOf({ STALWART_SMARTHOST: host, STALWART_SMARTHOST_USER: "relay-user" }), "target.smtp", "outbound").block).toEqual([
    { name: "targets", args: [target] },
    { name: "starttls", args: [startTls] },
    { name: "auth", args: ["plain", "relay-user", "{env:SMARTHOST_PASSWORD}"] },
  ]);
});

test.each([
  ["starttls", "tcp://smtp.relay.test:2525", "yes"],
  ["implicit", "tls://smtp.relay.test:2525", "no"],
  ["plaintext", "tcp://smtp.relay.test:2525", "no"],
])("STALWART_SMARTHOST_TLS=%s", (word, target, startTls) => {
  expect(block(textOf({ STALWART_SMARTHOST: "smtp.relay.test:2525", STALWART_SMARTHOST_TLS: word }), "target.smtp", "outbound").block).toEqual([
    { name: "targets", args: [target] },
    { name: "starttls", args: [startTls] },
  ]);
});

test("direct mail with DANE and MTA-STS", () => {
  expect(block(textOf(), "target.remote", "outbound").block?.[0].block?.map(({ name }) => name)).toEqual(["dane", "mtasts", "local_policy"]);
});

describe("the syntax", () => {
  test("what is written is read back", () => {
    const text = textOf(LARGE_MADDY);
    expect(render(parse(text))).toBe(text);
  });
  test("quotes what needs it", () => {
    const tree = [{ name: "a", args: ["plain", "two words", 'a "quote"', "back\\slash", "{env:X}", "{odd}"], block: [{ name: "b", args: [] }] }];
    expect(render(tree)).toBe('a plain "two words" "a \\"quote\\"" "back\\slash" {env:X} "{odd}" {\n    b\n}\n');
    expect(parse(render(tree))).toEqual(tree);
  });
});
