import { Namespace } from "../../lib/docker/namespace";
import { Service, type ServiceProps } from "../../lib/docker/service";
import { Starter, engineSocket, servicesOf } from "../../lib/docker/starter";
import { useEngine } from "../../lib/docker/provider";
import { assetText } from "../../lib/asset";
import { synthesize } from "../synth";

const service: Omit<ServiceProps, "provider" | "name" | "network"> = { image: "x:1.0", entrypoint: ["sleep", "600"], memoryMiB: 64, health: { command: ["true"] } };

const made = synthesize((stack, provider) => {
  const namespace = new Namespace(stack, "namespace", { provider, name: "stalwart", image: "x:1.0" });
  new Service(stack, "one", { ...service, provider, name: "one", network: namespace.network });
  new Service(stack, "two", { ...service, provider, name: "two", network: { join: namespace.owner } });
  new Service(stack, "alone", { ...service, provider, name: "alone", network: { host: true } });
  const other = useEngine(stack, "ssh://root@other.test", "other");
  new Service(stack, "elsewhere", { ...service, provider: other, name: "elsewhere", network: { host: true } });
  new Starter(stack, "starter", { provider, name: "stalwart", image: "docker:28.5.2-cli", services: servicesOf(stack, provider) });
});
const starter = made.container("tailwart-stalwart-starter");

describe("Starter", () => {
  test("looks after all services of its stack on its engine, owners first, and no one else", () => {
    expect(starter.entrypoint.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
    expect(starter.entrypoint.slice(3)).toEqual(["starter.sh", "tailwart-stalwart-namespace", "one", "two", "alone"]);
  });

  test("has the engine's socket, and for it no network, no capability and nothing to write to but memory", () => {
    expect(starter.mounts).toEqual([{ type: "bind", source: "/var/run/docker.sock", target: "/run/docker.sock", read_only: true }]);
    expect(starter).toMatchObject({ network_mode: "none", read_only: true, capabilities: { drop: ["ALL"] }, security_opts: ["no-new-privileges:true"], memory: 64, restart: "unless-stopped", log_driver: "json-file" });
    expect(starter.capabilities.add).toBeUndefined();
    expect(starter.upload).toBeUndefined();
    expect(starter.ports).toBeUndefined();
    expect(starter.env).toEqual(["DOCKER_HOST=unix:///run/docker.sock"]);
  });

  test("its scripts reach the container as they are", () => {
    const plain = (text: string) => text.replace(/([$%])\1\{/g, "$1{");
    expect(plain(starter.entrypoint[2])).toBe(assetText("docker/starter.sh"));
    expect(plain(starter.healthcheck.test[3])).toBe(assetText("docker/starter-health.sh"));
  });

  test.each([
    ["unix:///var/run/docker.sock", "/var/run/docker.sock"],
    ["unix:///tmp/engine.sock", "/tmp/engine.sock"],
    ["ssh://root@mail.test", "/var/run/docker.sock"],
    ["tcp://192.0.2.7:2375", "/var/run/docker.sock"],
    [undefined, "/var/run/docker.sock"],
  ])("the socket of %s is %s on its host", (host, path) => expect(engineSocket(host)).toBe(path));

  test("the socket is where the operator says", () => {
    const named = synthesize((stack, provider) => void new Starter(stack, "starter", { provider, name: "x", image: "docker:28.5.2-cli", services: ["one"], socket: "/run/user/1000/docker.sock" }));
    expect(named.container("tailwart-x-starter").mounts).toEqual([{ type: "bind", source: "/run/user/1000/docker.sock", target: "/run/docker.sock", read_only: true }]);
  });
});
