import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeCompose, type SynthesizedStack } from "../../bench/lab/compose";

const folder = mkdtempSync(join(tmpdir(), "tailwart-compose-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "key"), "the key");

const common = { memory: 32, stop_timeout: 5, security_opts: ["no-new-privileges:true"], log_opts: { "max-size": "10m" }, healthcheck: { test: ["CMD", "true"], interval: "10s", timeout: "8s", start_period: "5s", retries: 3 } };
const stack = {
  folder,
  json: {
    resource: {
      docker_volume: { netns_1: { name: "tailwart-netns" } },
      docker_network: { own_1: { name: "tailwart-own" } },
      docker_container: {
        owner_C36E0D30: { ...common, name: "owner", image: "one:1", entrypoint: ["sh", "-c", "echo $${HOME} $1"], network_mode: "${docker_network.own_1.name}", networks_advanced: [{ name: "${docker_network.own_1.name}" }, { name: "outside", ipv4_address: "203.0.113.20" }], mounts: [{ type: "volume", source: "${docker_volume.netns_1.name}", target: "/netns", read_only: false }] },
        joiner_EF205C34: { ...common, name: "joiner", image: "two:2", entrypoint: ["run"], network_mode: "container:${docker_container.owner_C36E0D30.id}", depends_on: ["null_resource.owner_healthy_26886C89"], upload: [{ file: "/opt/run.sh", content: "echo $${A}", permissions: "0755" }, { file: "/run/secrets/key", source: "key", permissions: "0440" }] },
      },
    },
  },
} as unknown as SynthesizedStack;

const compose = (): { services: Record<string, any>; volumes: object; networks: object } => {
  writeCompose(folder, [stack]);
  return JSON.parse(readFileSync(join(folder, "compose.yaml"), "utf8"));
};

test("a container that borrows a network names the other service, and waits for what it needs to be healthy", () => {
  expect(compose().services.joiner).toMatchObject({ network_mode: "service:owner", depends_on: { owner: { condition: "service_healthy" } }, image: "two:2", mem_limit: "32m" });
});
test("networks and volumes have the names of the deployment's, and what is there already is external", () => {
  const { networks, volumes, services } = compose();
  expect(networks).toEqual({ "tailwart-own": { name: "tailwart-own", driver: "bridge" }, outside: { name: "outside", external: true } });
  expect(volumes).toEqual({ "tailwart-netns": { name: "tailwart-netns" } });
  expect(services.owner.networks).toEqual({ "tailwart-own": {}, outside: { ipv4_address: "203.0.113.20" } });
  expect(services.owner.volumes).toEqual([{ type: "volume", source: "tailwart-netns", target: "/netns", read_only: false }]);
});
test("Terraform's escapes go, and Compose reads no variable", () => {
  expect(compose().services.owner.entrypoint[2]).toBe("echo $${HOME} $$1");
  expect(readFileSync(join(folder, "files/joiner/opt/run.sh"), "utf8")).toBe("echo ${A}");
});
test("a secret is mounted from a copy with its own mode", () => {
  expect(compose().services.joiner.volumes).toContainEqual({ type: "bind", source: join(folder, "files/joiner/run/secrets/key"), target: "/run/secrets/key", read_only: true });
  expect(statSync(join(folder, "files/joiner/run/secrets/key")).mode & 0o777).toBe(0o440);
});
