import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { caddyConfig } from "../../../lib/edge/caddy";
import { CONTRACT } from "../../../lib/config/contract";
import { LARGE, wireOf } from "../../deployment";
import { caddyEnvironment, caddyJson } from "../caddy";
import { must, run } from "../processes";
import { describeWith, NEEDS, pathOf } from "../programs";
import { ALL_LINES } from "./stage";

const VARIANTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "the defaults": {},
  "the larger deployment": LARGE,
  "every line": ALL_LINES,
  "one line": { PUBLIC_LINES: "smtp" },
  "a mail-only edge": { EDGE_WEB: "mail-only" },
  "PROXY on HTTPS": { WEB_PROXY_PROTOCOL: "true" },
  "PROXY to the web server": { EDGE_WEB_FALLBACK_PROXY_PROTOCOL: "true" },
  "a web server at another port, over IPv6": { EDGE_WEB_FALLBACK: "[::1]:9443" },
  "a web server by name": { EDGE_WEB_FALLBACK: "web.lan:8443" },
  "every web name for two domains": { MAIL_DOMAIN: "one.test,two.test", WEB_NAMES: "mta-sts,autoconfig,autodiscover,ua-auto-config,mail" },
  Headscale: { TS_LOGIN_SERVER: "https://headscale.one.test", TS_TAILNET: "tailnet.test" },
};

describeWith([NEEDS.caddy], "the real Caddy reads every variant of the edge's configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), `tailwart-live-${process.pid}-`));
  const caddy = (): string => pathOf(NEEDS.caddy);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("it is the pinned version, with the pinned caddy-l4", async () => {
    expect(await must(caddy(), ["version"])).toMatch(new RegExp(`^v${CONTRACT.CADDY_VERSION.default}\\b`));
    expect(await must(caddy(), ["build-info"])).toMatch(new RegExp(`github.com/mholt/caddy-l4\\s+v${CONTRACT.CADDY_L4_VERSION.default}\\b`));
  });

  test.each(Object.entries(VARIANTS))("%s", async (name, overrides) => {
    const file = join(folder, `${name.replace(/\W/g, "-")}.json`);
    writeFileSync(file, caddyJson(caddyConfig(wireOf(overrides))));
    const { code, stdout, stderr } = await run(caddy(), ["validate", "--config", file], { env: caddyEnvironment(folder) });
    expect({ code, output: `${stdout}${stderr}` }).toEqual({ code: 0, output: expect.stringContaining("Valid configuration") as string });
    expect(stderr).not.toMatch(/"level":"(error|warn)"/);
  });

  test("fails for a field that it does not know: nothing above passed unread", async () => {
    const file = join(folder, "unknown.json");
    writeFileSync(file, caddyJson(caddyConfig(wireOf())).replace('"try_duration"', '"try_for"'));
    const { code, stderr } = await run(caddy(), ["validate", "--config", file], { env: caddyEnvironment(folder) });
    expect(code).toBe(1);
    expect(stderr).toContain("try_for");
  });
});
