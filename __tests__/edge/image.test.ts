import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { caddyConfig } from "../../lib/edge/caddy";
import { EdgeImage, edgeImageName } from "../../lib/edge/image";
import { deployment, wireOf } from "../deployment";
import { synthesize } from "../synth";

const build = (overrides: Record<string, string> = {}) => ({ caddy: deployment(overrides).caddy, config: caddyConfig(wireOf(overrides)) });

describe("EdgeImage", () => {
  test("is built from the download, by build arguments, and kept", () => {
    const { resources } = synthesize((stack, provider) => new EdgeImage(stack, "image", { ...build(), provider }));
    const [image] = Object.values(resources("docker_image"));
    expect(image).toMatchObject({
      name: edgeImageName(build()),
      keep_locally: true,
      build: {
        build_args: {
          BASE_IMAGE: "alpine:3.22.1",
          CADDY_DOWNLOAD: "https://caddyserver.com/api/download?os=linux&arch=amd64&p=github.com%2Fmholt%2Fcaddy-l4@v0.1.2",
          CADDY_VERSION: "2.11.4",
          CADDY_BELOW: "3.0.0",
          CADDY_L4_VERSION: "0.1.2",
          CADDY_L4_BELOW: "0.2.0",
          CADDY_ARCH: "amd64",
          CADDY_SHA256: "",
        },
      },
    });
    expect(image.build.builder).toBeUndefined();
  });

  test("an exact Caddy is asked of the build service, and of the program that comes", () => {
    const { caddy } = build({ CADDY_VERSION: "=v2.11.4", CADDY_L4_VERSION: "=0.1.2" });
    expect(caddy.download).toContain("&p=github.com%2Fcaddyserver%2Fcaddy%2Fv2@v2.11.4&p=github.com%2Fmholt%2Fcaddy-l4@v0.1.2");
    const { resources } = synthesize((stack, provider) => new EdgeImage(stack, "image", { ...build({ CADDY_VERSION: "=v2.11.4" }), provider }));
    expect(Object.values(resources("docker_image"))[0].build.build_args).toMatchObject({ CADDY_VERSION: "=2.11.4", CADDY_L4_VERSION: "0.1.2" });
  });

  test("more plugins are part of the default download", () => {
    expect(build({ CADDY_PLUGINS: "github.com/caddy-dns/cloudflare@v0.2.1" }).caddy.download).toMatch(/&p=github\.com%2Fcaddy-dns%2Fcloudflare@v0\.2\.1$/);
  });

  test("its name follows whatever goes into it, and nothing else", () => {
    const names = [build(), build({ CADDY_VERSION: "2.11.5" }), build({ CADDY_SHA256: "0".repeat(64) }), build({ CADDY_DOWNLOAD: "https://caddy.test/x" })].map(edgeImageName);
    expect(new Set(names).size).toBe(names.length);
    expect(edgeImageName(build({ PUBLIC_LINES: "smtp" }))).toBe(names[0]);
  });

  test("a configuration is checked by that image's Caddy, in a build of its own, once the image is proven", () => {
    const synthesized = (overrides: Record<string, string> = {}) => synthesize((stack, provider) => new EdgeImage(stack, "image", { ...build(overrides), provider }));
    const checked = (overrides: Record<string, string> = {}) => Object.values(synthesized(overrides).resources("docker_image")).find(({ name }) => name.startsWith("tailwart-edge-config:"));
    expect(checked()).toMatchObject({ keep_locally: true, build: { build_args: { EDGE_IMAGE: edgeImageName(build()) } }, depends_on: [expect.stringMatching(/proven/)] });
    expect(checked({ PUBLIC_LINES: "smtp" })?.name).not.toBe(checked()?.name);
  });

  test("no build is taken from the engine's cache: a download that failed would fail for ever", () => {
    const { resources } = synthesize((stack, provider) => new EdgeImage(stack, "image", { ...build(), provider }));
    for (const image of Object.values(resources("docker_image"))) expect(image.build.no_cache).toBe(true);
  });

  test("a local file counts by its content", () => {
    const project = mkdtempSync(join(tmpdir(), "tailwart-test-"));
    const name = (content: string) => {
      writeFileSync(join(project, "caddy"), content);
      return edgeImageName({ ...build({ CADDY_DOWNLOAD: "caddy" }), project });
    };
    expect(name("one")).not.toBe(name("two"));
    expect(name("one")).toBe(name("one"));
  });
});
