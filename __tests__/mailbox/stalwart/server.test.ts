import { stalwartConfig } from "../../../lib/mailbox/stalwart/config";
import { stalwartServer } from "../../../lib/mailbox/stalwart/server";
import { makeWire } from "../../../lib/wire";
import { deployment, LARGE } from "../../deployment";

const serverOf = (overrides: Readonly<Record<string, string>> = {}) => {
  const one = deployment(overrides);
  return stalwartServer(one, makeWire(one));
};

test.each<[string, Readonly<Record<string, string>>]>([
  ["small", {}],
  ["large", LARGE],
])("config.json of a %s deployment names the data store and no secret", (_, overrides) => expect(stalwartConfig(deployment(overrides))).toMatchSnapshot());

test("everything of a large one, apart from the files' text", () => {
  const { files, secretFiles, ...rest } = serverOf(LARGE);
  expect({ ...rest, files: files.map(({ path, executable }) => `${path}${executable ? " (program)" : ""}`), secretFiles: secretFiles.map(({ path }) => path) }).toMatchSnapshot();
});

test("a secret is placed only where the deployment has one", () => {
  const paths = serverOf({ BACKENDS: "external", STALWART_DB_HOST: "postgres" }).secretFiles.map(({ path }) => path);
  expect(paths).toEqual(["/run/secrets/stalwart_db_password", "/run/secrets/stalwart_admin_password"]);
});

test("certificate files lie apart from the secrets, and are watched", () => {
  const { secretFiles, environment } = serverOf({ MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" });
  expect(secretFiles.slice(-2).map(({ path }) => path)).toEqual(["/run/tls/fullchain.pem", "/run/tls/privkey.pem"]);
  expect(environment.TLS_FILES).toBe("/run/tls/fullchain.pem /run/tls/privkey.pem");
});

test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
  ["its own, where the edge hands the mail host to it", { WEB_NAMES: "mail" }, undefined],
  ["the admin vhost's", { ADMIN_VHOST: "admin.one.test", EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" }, "https://admin.one.test"],
  ["the administration's on the tailnet", {}, "http://stalwart.tail0000.ts.net:8080"],
])("the URL that it gives out is %s", (_, overrides, wanted) => expect(serverOf(overrides).environment.STALWART_PUBLIC_URL).toBe(wanted));
