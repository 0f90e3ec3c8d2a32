import { Service, type ServiceProps } from "../../lib/docker/service";
import { synthesize } from "../synth";

const props: Omit<ServiceProps, "provider"> = {
  name: "one",
  image: "example:1.0",
  entrypoint: ["/bin/sh", "-c", "echo ${HOME}"],
  network: { own: "lonely" },
  memoryMiB: 64,
  health: { command: ["true"], intervalSeconds: 60 },
};
const synthService = (more: Partial<ServiceProps> = {}) => synthesize((stack, provider) => new Service(stack, "one", { ...props, ...more, provider }));

describe("Service", () => {
  test("is placed with every field that keeps a second deploy quiet", () => {
    expect(synthService().container("one")).toMatchObject({
      image: "example:1.0",
      entrypoint: ["/bin/sh", "-c", "echo $${HOME}"],
      network_mode: "lonely",
      networks_advanced: [{ name: "lonely" }],
      capabilities: { drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
      memory: 64,
      memory_swap: 64,
      restart: "unless-stopped",
      must_run: true,
      init: true,
      stop_timeout: 30,
      destroy_grace_seconds: 30,
      log_driver: "json-file",
      log_opts: { "max-size": "10m", "max-file": "3" },
      healthcheck: { test: ["CMD", "true"], interval: "1m0s", timeout: "8s", start_period: "30s", retries: 3 },
    });
    expect(synthService().container("one").ulimit).toBeUndefined();
    expect(synthService({ openFiles: 1024 }).container("one").ulimit).toEqual([{ name: "nofile", soft: 1024, hard: 1024 }]);
  });

  test("an edited health check replaces the container, which the provider alone would not do", () => {
    const trigger = (interval: number) => {
      const { resources, container } = synthService({ health: { command: ["true"], intervalSeconds: interval } });
      const [name, health] = Object.entries(resources("null_resource")).find(([, one]) => one.triggers.healthcheck)!;
      expect(container("one").lifecycle.replace_triggered_by).toEqual([`null_resource.${name}`]);
      return health.triggers.healthcheck;
    };
    expect(trigger(10)).not.toBe(trigger(11));
    expect(trigger(10)).toBe(trigger(10));
  });

  test("a probe waits for health, with the engine that the container runs on", () => {
    const { resources } = synthService({ patienceSeconds: 33 });
    const probe = Object.values(resources("null_resource")).find((one) => one.triggers.container)!;
    expect(probe.provisioner).toEqual([
      { "local-exec": { command: expect.stringMatching(/^sh assets\/.+\/probe\.sh$/), environment: { CONTAINER: "one", PATIENCE: "33", DOCKER_HOST: "unix:///var/run/docker.sock" } } },
    ]);
  });

  test("secrets go in by path and hash, readable for group 0 only", () => {
    const { container, text } = synthService({ secretFiles: [{ path: "/run/secrets/x", source: "../../../.secrets/x", hash: "abc" }] });
    expect(container("one")).toMatchObject({
      group_add: ["0"],
      upload: [{ file: "/run/secrets/x", source: "../../../.secrets/x", source_hash: "abc", permissions: "0440" }],
    });
    expect(text).not.toContain("content_base64");
  });

  test("a container that joins another does so by id, and has no network of its own", () => {
    const { container } = synthesize((stack, provider) => {
      const owner = new Service(stack, "owner", { ...props, provider, name: "owner" });
      new Service(stack, "joiner", { ...props, provider, name: "joiner", network: { join: owner } });
    });
    expect(container("joiner").network_mode).toMatch(/^container:\$\{docker_container\.\w+\.id\}$/);
    expect(container("joiner").networks_advanced).toBeUndefined();
  });

  test("the host's network", () => expect(synthService({ network: { host: true } }).container("one").network_mode).toBe("host"));

  test("devices carry all three fields, or they would be replaced at each run", () => {
    expect(synthService({ devices: ["/dev/net/tun"] }).container("one").devices).toEqual([{ host_path: "/dev/net/tun", container_path: "/dev/net/tun", permissions: "rwm" }]);
  });
});
