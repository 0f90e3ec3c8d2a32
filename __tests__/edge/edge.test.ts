import { readFileSync } from "node:fs";
import { Namespace } from "../../lib/docker/namespace";
import { caddyConfig, caddyJson } from "../../lib/edge/caddy";
import { Edge, memoryFor } from "../../lib/edge/edge";
import { assetPath } from "../../lib/asset";
import { wireOf } from "../deployment";
import { synthesize } from "../synth";

const IMAGE = "tailwart-edge:0123456789abcdef";
const edgeOf = (overrides: Record<string, string> = {}, joins = false) =>
  synthesize((stack, provider) => {
    const wire = wireOf(overrides);
    const namespace = joins ? new Namespace(stack, "namespace", { provider, name: "edge", image: "tailscale/tailscale:v1.102.3", publish: [25] }) : undefined;
    new Edge(stack, "edge", { provider, wire, image: IMAGE, config: caddyConfig(wire), namespace });
  });
const nullResource = (synthesized: ReturnType<typeof edgeOf>, name: RegExp) =>
  Object.entries(synthesized.resources("null_resource")).filter(([key]) => name.test(key)).map(([, value]) => value)[0];

describe("Edge on its host's network", () => {
  const edge = edgeOf().container("tailwart-edge");

  test("runs where clients keep their addresses, and publishes nothing through Docker", () => {
    expect(edge.network_mode).toBe("host");
    expect(edge.ports).toBeUndefined();
  });
  test("may bind low ports and nothing else", () => {
    expect(edge).toMatchObject({ user: "0:0", capabilities: { add: ["CAP_NET_BIND_SERVICE"], drop: ["ALL"] }, security_opts: ["no-new-privileges:true"] });
  });
  test("has file descriptors to spare: Caddy that runs out of them accepts nothing any more", () => {
    expect(edge.ulimit).toEqual([{ name: "nofile", soft: 65536, hard: 65536 }]);
  });
  test.each([1024, 20000, 57344, 65536, 262144])("has the memory for all connections that %i files allow, at 33 KiB each", (files) => {
    expect(memoryFor(files)).toBeGreaterThanOrEqual((files / 2 * 33) / 1024);
    expect(edgeOf().container("tailwart-edge").memory).toBe(memoryFor(65536));
  });
  test("is healthy when the greeting comes through, asked for twice a minute", () => {
    expect(edge.healthcheck).toMatchObject({ test: ["CMD", "/bin/sh", "/usr/local/bin/edge-health", "25"], interval: "30s" });
  });
  test("has the setting that the benchmark found best", () => expect(edge.env).toEqual(["GOGC=200"]));
  test("waits for open sessions of mail on its way, less long than Docker, and not for those that read a mailbox", () => {
    const full = edgeOf({ PUBLIC_LINES: "smtp,submissions,submission,imap,imaps,sieve" }).container("tailwart-edge");
    expect(full.entrypoint).toEqual(["/bin/sh", "/usr/local/bin/edge-run", "25", "465", "587"]);
    const [, patience] = /EDGE_GRACE:-(\d+)/.exec(readFileSync(assetPath("edge/image/run.sh"), "utf8"))!;
    expect(Number(patience)).toBeLessThan(full.destroy_grace_seconds);
    expect(full.stop_timeout).toBe(full.destroy_grace_seconds);
  });
  test("takes its image by the name that its content gave it", () => expect(edge.image).toBe(IMAGE));
});

describe("Edge in a namespace of its own", () => {
  const synthesized = edgeOf({}, true);
  const edge = synthesized.container("tailwart-edge");

  test("is a plain user without any capability, and leaves when the namespace is replaced", () => {
    expect(edge).toMatchObject({ user: "65532:65532", capabilities: { drop: ["ALL"] }, security_opts: ["no-new-privileges:true"] });
    expect(edge.capabilities.add).toBeUndefined();
    expect(edge.entrypoint).toEqual(["/bin/sh", "/opt/tailwart/joiner.sh", "TERM", "/bin/sh", "/usr/local/bin/edge-run", "25", "465", "587"]);
    expect(edge.mounts).toEqual([expect.objectContaining({ target: "/netns", read_only: true })]);
  });
  test("has its ports on the namespace's owner, on IPv4 only: Docker would show IPv6 clients as its own bridge", () => {
    expect(edge.ports).toBeUndefined();
    expect(synthesized.container("tailwart-edge-namespace").ports).toEqual([{ internal: 25, external: 25, ip: "0.0.0.0", protocol: "tcp" }]);
  });
});

describe("a changed configuration", () => {
  const [before, after] = [edgeOf(), edgeOf({ WEB_PROXY_PROTOCOL: "true" })];
  const config = (synthesized: ReturnType<typeof edgeOf>) => nullResource(synthesized, /config/);

  test("is in a new container from its first moment, and replaces no container", () => {
    const { upload, lifecycle } = after.container("tailwart-edge");
    expect(upload.map(({ file, content }: Record<string, string>) => [file, content])).toEqual([["/etc/caddy/caddy.json", caddyJson(caddyConfig(wireOf({ WEB_PROXY_PROTOCOL: "true" })))]]);
    expect(lifecycle.ignore_changes).toEqual(["upload"]);
    expect(nullResource(before, /health/).triggers).toEqual(nullResource(after, /health/).triggers);
  });
  test("is handed to the running one, once that is healthy", () => {
    expect(config(before).triggers.config).not.toBe(config(after).triggers.config);
    expect(config(after).triggers.container).toMatch(/docker_container\..*\.id/);
    expect(config(after).depends_on).toEqual([expect.stringMatching(/healthy/)]);
    expect(config(after).provisioner).toEqual([{ "local-exec": expect.objectContaining({ command: expect.stringMatching(/^sh assets\/.*reload\.sh$/) }) }]);
  });
  test("a changed script does replace the container, though Terraform looks at no upload", () => {
    const joined = nullResource(edgeOf({}, true), /edge_caddy_health_/);
    expect(joined.triggers.files).not.toBe(nullResource(before, /edge_caddy_health_/).triggers.files);
  });
  test("the scripts agree on where the file lies", () => {
    for (const file of ["edge/reload.sh", "edge/image/gate.sh", "edge/image/run.sh", "edge/image/config.sh"]) expect(readFileSync(assetPath(file), "utf8")).toContain("/etc/caddy/caddy.json");
  });
});
