import { Namespace } from "../../lib/docker/namespace";
import { Mailbox } from "../../lib/mailbox/mailbox";
import { mailServerOf } from "../../lib/mailbox/select";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";
import { synthesize } from "../synth";

function synthMailbox(overrides: Record<string, string> = {}) {
  const site = deployment(overrides);
  const wire = makeWire(site);
  const made = synthesize((stack, provider) => {
    const namespace = new Namespace(stack, "namespace", { provider, name: wire.mailbox.name, image: "x:1.0" });
    new Mailbox(stack, "mailbox", { provider, deployment: site, wire, namespace });
  });
  return { made, server: mailServerOf(site, wire) };
}

describe.each([
  ["stalwart", {}],
  ["stalwart", LARGE],
  ["maddy", { MAIL_SERVER: "maddy", MAIL_TLS_CERT_FILE: "chain.pem", MAIL_TLS_KEY_FILE: "key.pem" }],
])("Mailbox with %s", (name, overrides: Record<string, string>) => {
  const { made, server } = synthMailbox(overrides);
  const container = made.container(`tailwart-stalwart-${name}`);

  test("no container of it opens a port of the host", () => {
    for (const one of Object.values(made.resources("docker_container"))) expect(one.ports).toBeUndefined();
  });

  test("the mail server joins the namespace by the owner's id and starts after the sidecar is healthy", () => {
    expect(container.network_mode).toMatch(/^container:\$\{docker_container\.namespace_owner_\w+\.id\}$/);
    expect(container.depends_on).toEqual([expect.stringMatching(/^null_resource\.mailbox_sidecar_tailscale_healthy_/)]);
  });

  test("every file of the server is placed as it is", () => {
    const placed = new Map((container.upload as { file: string; content?: string }[]).map((one) => [one.file, one.content]));
    for (const { path, content } of server.files) expect(placed.get(path)?.replace(/\$\$\{/g, "${").replace(/%%\{/g, "%{")).toBe(content);
    for (const { path } of server.secretFiles) expect(placed.has(path)).toBe(true);
    expect(placed.size).toBe(server.files.length + server.secretFiles.length);
  });

  test("it says itself whether it serves", () => expect(container.healthcheck.test).toEqual(["CMD", ...server.healthCommand]));
});

test("the sidecar asks for each backend of the wire, at its MagicDNS name", () => {
  const { made } = synthMailbox(LARGE);
  expect(made.container("tailwart-stalwart-sidecar").healthcheck.test.slice(-3)).toEqual(["postgres.tail0000.ts.net:5432", "redis.tail0000.ts.net:6379", "garage.tail0000.ts.net:3900"]);
});
