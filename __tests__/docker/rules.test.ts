import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Container } from "@cdktf/provider-docker/lib/container";
import { Aspects } from "cdktf";
import { ALL_RULES, DockerRules, type DockerRule } from "../../lib/docker/rules";
import { Service } from "../../lib/docker/service";
import { FAILING_DEPLOY } from "./rules/cases/failing-deploy";
import { MAILBOX } from "./rules/cases/mailbox";
import { RUNNING } from "./rules/cases/running";
import { SECOND_DEPLOY } from "./rules/cases/second-deploy";
import { SECRETS } from "./rules/cases/secrets";
import { breachesOf, World } from "./rules/world";

const CASES = [...MAILBOX, ...SECRETS, ...SECOND_DEPLOY, ...FAILING_DEPLOY, ...RUNNING];
const RULES = join(__dirname, "../../lib/docker/rules");

describe.each(CASES.map((cases) => [cases.rule.name, cases] as const))("%s", (name, { rule, complies, refuses, props }) => {
  const only = { ...props, rules: [rule] };

  test.each(Object.entries(complies))("allows %s", (_, make) => {
    expect(breachesOf(make, only)).toEqual([]);
  });

  test.each(Object.entries(refuses))("refuses %s", (_, [make, ...says]) => {
    const found = breachesOf(make, only);
    expect(found.map(({ rule: by }) => by)).toEqual(says.map(() => name));
    found.forEach(({ text }, i) => {
      expect(text).toMatch(says[i]);
      expect(text).toMatch(/^[^A-Z].*[^.]$/);
    });
  });
});

test("every rule is in ALL_RULES once, and has cases that keep and cases that break it", () => {
  const files = readdirSync(RULES).filter((file) => readFileSync(join(RULES, file), "utf8").includes(": DockerRule = {"));
  const names = ALL_RULES.map(({ name }) => name).sort();
  expect(files.map((file) => file.replace(".ts", "")).sort()).toEqual(names);
  expect(CASES.map(({ rule }) => rule.name).sort()).toEqual(names);
  for (const { complies, refuses } of CASES) expect([complies, refuses].map((one) => Object.keys(one).length)).not.toContain(0);
});

test("what keeps every rule goes through all of them", () => {
  expect(
    breachesOf((world) => {
      world.image();
      const scope = world.mailbox();
      world.container({ networkMode: `container:${world.container({ hostname: "mail" }, "owner", scope).id}` }, "app", scope);
    }),
  ).toEqual([]);
});

test("refuses a bare container with every mistake at once, each at the container's path", () => {
  const found = breachesOf((world) => new Container(world.stack, "bare", { name: "bare", image: "alpine" }));
  expect(new Set(found.map(({ path }) => path))).toEqual(new Set(["one/bare"]));
  expect(found.map(({ rule }) => rule).sort()).toEqual([
    "destroy-grace",
    "drop-all",
    "healthcheck-and-probe",
    "image-pinned",
    "log-driver",
    "log-driver",
    "network-mode-set",
    "no-new-privileges",
    "restart-policy",
  ]);
});

test("a secret's value is in no message", () => {
  const value = "s3cr3t-canary";
  const found = breachesOf((world) => world.container({ env: [`DB_PASSWORD=${value}`, `URL=pg://u:${value}@h`], command: [value] }), {
    secretValues: { DB: value },
  });
  expect(found.map(({ rule }) => rule)).toEqual([
    "no-secret-in-env",
    "no-secret-in-json",
    "no-known-secret",
    "no-known-secret",
    "no-known-secret",
  ]);
  expect(JSON.stringify(found)).not.toContain(value);
});

test("rules of one's own take part, and see what an earlier Aspect changed", () => {
  const named: DockerRule = { name: "named", why: "a test", container: ({ attributes }) => (attributes.hostname ? [] : ["no name"]) };
  const make = (hostname?: string) => (world: World) => {
    const app = world.container();
    Aspects.of(world.stack).add({ visit: (node) => void (node === app && hostname && (app.hostname = hostname)) });
  };
  expect(breachesOf(make(), { rules: [named] })).toEqual([{ path: "one/app", text: "no name", rule: "named" }]);
  expect(breachesOf(make("mail"), { rules: [named] })).toEqual([]);
});

test("is not run by CDKTF when it is put on the app, as docs/rules.md says", () => {
  const bare = (world: World) => new Container(world.stack, "bare", { name: "bare", image: "alpine" });
  const onApp = (world: World) => Aspects.of(world.app).add(new DockerRules());
  expect(breachesOf((world) => [bare(world), onApp(world)], { rules: [] })).toEqual([]);
});

test("a Service keeps every rule", () => {
  const service = ({ stack, provider, network }: World) =>
    new Service(stack, "service", {
      provider,
      name: "service",
      image: "alpine:3.22.1",
      entrypoint: ["sleep", "600"],
      network: { own: network.name },
      secretFiles: [{ path: "/run/secrets/x", source: "../x", hash: "h" }],
      files: [{ path: "/x", content: "x" }],
      capabilities: ["CAP_NET_ADMIN"],
      devices: ["/dev/net/tun"],
      memoryMiB: 64,
      health: { command: ["true"], intervalSeconds: 90 },
    });
  expect(breachesOf(service)).toEqual([]);
});
