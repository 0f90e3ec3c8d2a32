import { caddyConfig, type CaddyConfig } from "../../lib/edge/caddy";
import { LARGE, wireOf } from "../deployment";

const DEPLOYMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  small: {},
  larger: LARGE,
  "mail-only": { EDGE_WEB: "mail-only" },
  maddy: { MAIL_SERVER: "maddy" },
};

test.each(Object.keys(DEPLOYMENTS))("caddy.json of the %s deployment", (name) => {
  expect(caddyConfig(wireOf(DEPLOYMENTS[name]))).toMatchSnapshot();
});

/** One line for each thing that the edge dials: what comes in, where it goes, and whether it says who it is. */
const dials = ({ apps }: CaddyConfig): string[] =>
  Object.entries(apps.layer4.servers).flatMap(([name, { listen, routes }]) =>
    routes.map(({ match, handle: [proxy] }) => {
      const [upstream] = proxy.upstreams;
      return `${name} ${listen.join()}${match ? ` ${match[0].tls.sni.join()}` : ""} -> ${upstream.dial.join()} ${upstream.resolver_preference ?? "any"} proxy ${proxy.proxy_protocol ?? "none"}`;
    }),
  );

const MAIL = ["smtp :25", "submissions :465", "submission :587", "imap :143", "imaps :993"].map((one) => `${one} -> stalwart.tail0000.ts.net${one.split(" ")[1]} ipv4_only proxy v2`);

test.each<[name: string, lines: readonly string[]]>([
  ["small", [...MAIL, "web :443 mta-sts.one.test,autoconfig.one.test,autodiscover.one.test -> stalwart.tail0000.ts.net:443 ipv4_only proxy none", "web :443 -> 127.0.0.1:8443 any proxy none"]],
  [
    "larger",
    [
      "smtp :25 -> stalwart.tail0000.ts.net:25 ipv4_only proxy v2",
      "submissions :465 -> stalwart.tail0000.ts.net:465 ipv4_only proxy v2",
      "submission :587 -> stalwart.tail0000.ts.net:587 ipv4_only proxy v2",
      "imaps :993 -> stalwart.tail0000.ts.net:993 ipv4_only proxy v2",
      "sieve :4190 -> stalwart.tail0000.ts.net:4190 ipv4_only proxy v2",
      "web :443 mta-sts.one.test,mta-sts.two.test,autoconfig.one.test,autoconfig.two.test,autodiscover.one.test,autodiscover.two.test,ua-auto-config.one.test,ua-auto-config.two.test,mail.one.test -> stalwart.tail0000.ts.net:443 ipv4_only proxy v2",
      "web :443 -> 127.0.0.1:8443 any proxy v2",
    ],
  ],
  ["mail-only", MAIL],
  ["maddy", MAIL],
])("dial targets of the %s deployment, line by line", (name, lines) => {
  expect(dials(caddyConfig(wireOf(DEPLOYMENTS[name])))).toEqual(lines);
});

test("every edge has the same configuration: it names no edge", () => {
  const text = JSON.stringify(caddyConfig(wireOf(LARGE)));
  for (const name of ["fra", "nyc", "192.0.2.25", "198.51.100.25"]) expect(text).not.toContain(name);
});

test("the admin API is off and nothing but layer 4 runs", () => {
  const { admin, apps } = caddyConfig(wireOf());
  expect(admin.disabled).toBe(true);
  expect(Object.keys(apps)).toEqual(["layer4"]);
});
