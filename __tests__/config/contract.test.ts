import { CONTRACT, SECRETS, SECTIONS, VARIABLES } from "../../lib/config/contract";
import { inventSecret } from "../../lib/config/generate";
import { outcome } from "../../lib/config/values";

test("every variable stands in one section only", () => {
  const names = Object.values(SECTIONS).flatMap((section) => Object.keys(section));
  expect(names).toEqual(VARIABLES);
  expect(new Set(names).size).toBe(names.length);
});

test("names that users already have stay", () => {
  expect(VARIABLES).toEqual(
    expect.arrayContaining([
      "STALWART_MAGIC_NAME", "TS_TAILNET", "STALWART_DB_NAME", "STALWART_REDIS_DB", "STALWART_SMARTHOST", "STALWART_ACME_PROVIDER",
      "STALWART_ACME_TOKEN", "CADDY_DOWNLOAD", "TS_AUTHKEY", "MAIL_DOMAIN", "STALWART_ADMIN_PASSWORD", "STALWART_DB_HOST",
      "STALWART_DB_PASSWORD", "STALWART_REDIS_HOST", "STALWART_REDIS_PASSWORD", "STALWART_S3_ENDPOINT", "STALWART_S3_ACCESS_KEY",
      "STALWART_S3_SECRET_KEY", "STALWART_SMARTHOST_USER", "STALWART_SMARTHOST_PASSWORD", "MAILBOX_DOCKER_HOST", "EDGE_DOCKER_HOST",
    ]),
  );
});

test("no variable's name ends in _FILE beside a secret of that name", () => {
  for (const name of SECRETS) expect(VARIABLES).not.toContain(`${name}_FILE`);
});

describe.each(VARIABLES)("%s", (name) => {
  const { type, meaning, allowed, default: byDefault, example, required, secret, generate } = CONTRACT[name];

  test("says what it means and what is allowed, on one line without a period's double", () => {
    expect(meaning).toMatch(/^[A-Za-z][^\n]+[.]$/);
    expect(allowed).toMatch(/^[^\n]*[^.\n]$/);
  });

  test("its default and its example are allowed", () => {
    for (const text of [byDefault, example]) if (text !== undefined) expect(outcome(type, text)).toHaveProperty("value");
    if (required) expect(example).toBeDefined();
  });

  if (secret)
    test("holds no value of its own, and what is invented for it is allowed", () => {
      expect([byDefault, example]).toEqual([undefined, undefined]);
      const invented = inventSecret(name as (typeof SECRETS)[number]);
      expect(invented !== undefined).toBe(generate !== undefined);
      if (invented !== undefined) expect(outcome(type, invented)).toHaveProperty("value");
    });
});
