import { Backends } from "../../lib/backends/backends";
import { Namespace } from "../../lib/docker/namespace";
import { BACKEND_ADMIN_PORTS } from "../../lib/wire";
import { LARGE, deployment, wireOf } from "../deployment";
import { synthesize } from "../synth";

const synthBackends = (overrides: Record<string, string> = {}) =>
  synthesize((stack, provider) => {
    const namespace = new Namespace(stack, "namespace", { provider, name: "stalwart", image: "x:1.0" });
    new Backends(stack, "backends", { provider, deployment: deployment(overrides), namespace, garageImage: "tailwart-garage:0123" });
  });

describe("Backends", () => {
  test("embedded PostgreSQL listens on loopback only and asks for its password there too", () => {
    const postgres = synthBackends().container("tailwart-postgres");
    expect(postgres.entrypoint).toEqual(["/bin/sh", "/opt/tailwart/joiner.sh", "INT", "docker-entrypoint.sh", "postgres", "-c", "listen_addresses=127.0.0.1", "-c", "port=5432"]);
    expect(postgres.env).toEqual(expect.arrayContaining(["POSTGRES_PASSWORD_FILE=/run/secrets/stalwart_db_password", "POSTGRES_INITDB_ARGS=--auth-local=scram-sha-256 --auth-host=scram-sha-256"]));
    expect(postgres.network_mode).toMatch(/^container:\$\{/);
  });

  test("embedded Garage listens on loopback, in the region that the mail server asks for", () => {
    const garage = synthBackends({ STALWART_S3_REGION: "home" }).container("tailwart-garage");
    const toml = garage.upload.find((one: { file: string }) => one.file === "/etc/garage.toml").content as string;
    expect(toml).toContain('s3_region = "home"\napi_bind_addr = "127.0.0.1:3900"');
    expect(toml).toContain('rpc_secret_file = "/tmp/rpc_secret"');
    expect(garage.env).toEqual(["GARAGE_DEFAULT_BUCKET=stalwart-mail", "RUST_LOG=warn"]);
  });

  test("embedded Garage has no administration, and no port of it is reached from elsewhere", () => {
    const toml = synthBackends().container("tailwart-garage").upload.find((one: { file: string }) => one.file === "/etc/garage.toml").content as string;
    expect(toml).not.toContain("[admin]");
    const places = [...toml.matchAll(/_addr = "(.*)"/g)].map(([, place]) => place);
    expect(places).toHaveLength(3);
    for (const place of places) expect(place).toMatch(/^127\.0\.0\.1:\d+$/);
    for (const overrides of [{}, LARGE]) expect(wireOf(overrides).grants.map(({ port }) => port)).not.toContain(BACKEND_ADMIN_PORTS.s3);
  });

  describe("embedded Redis", () => {
    const SECRET = "redis-canary-0123";
    const made = synthBackends({ EMBEDDED_REDIS: "true", STALWART_REDIS_PORT: "6380", REDIS_IMAGE: "redis:8.2.2", STALWART_REDIS_PASSWORD: SECRET });
    const redis = made.container("tailwart-redis");
    const file = (path: string): string => redis.upload.find((one: { file: string }) => one.file === path).content as string;

    test("is not there when nobody asks for it", () => expect(synthBackends().text).not.toContain("redis"));
    test("runs in the mailbox's namespace under the joiner, without root", () => {
      expect(redis.entrypoint).toEqual(["/bin/sh", "/opt/tailwart/joiner.sh", "TERM", "/bin/sh", "/opt/tailwart/redis.sh"]);
      expect(redis).toMatchObject({ image: "redis:8.2.2", user: "999:999", memory: 256, memory_swap: 256, capabilities: { drop: ["ALL"] } });
      expect(redis.network_mode).toMatch(/^container:\$\{/);
    });
    test("listens on loopback, keeps nothing, and takes no lock away for want of memory", () => {
      expect(file("/etc/tailwart-redis.conf")).toBe(
        'bind 127.0.0.1\nport 6380\ndatabases 1\ndir /data\nsave ""\nappendonly no\nmaxmemory 128mb\nmaxmemory-policy noeviction\n',
      );
      expect(Object.keys(redis.tmpfs)).toEqual(["/data"]);
      expect(Object.values(made.resources("docker_volume")).map(({ name }) => name)).not.toContain("tailwart-redis");
    });
    test("gets its password by a file, and neither it nor a command line shows it", () => {
      expect(redis.upload).toContainEqual(expect.objectContaining({ file: "/run/secrets/stalwart_redis_password", permissions: "0440" }));
      expect(made.text).not.toContain(SECRET);
      expect(redis.env).toEqual([]);
      expect(redis.healthcheck.test).toEqual(["CMD", "/bin/sh", "/opt/tailwart/redis-health.sh", "127.0.0.1", "6380"]);
    });
  });

  test("their data are in volumes that Terraform will not remove", () => {
    const volumes = Object.values(synthBackends().resources("docker_volume")).filter((volume) => !volume.name.endsWith("-netns"));
    expect(volumes.map((volume) => [volume.name, volume.lifecycle])).toEqual([
      ["tailwart-garage", { prevent_destroy: true }],
      ["tailwart-postgres", { prevent_destroy: true }],
    ]);
  });

  test("maddy keeps all in PostgreSQL and gets no Garage", () => {
    const made = synthBackends({ MAIL_SERVER: "maddy" });
    expect(made.container("tailwart-postgres")).toBeDefined();
    expect(made.text).not.toContain("tailwart-garage");
  });

  test("external backends are other people's: nothing is placed for them", () => {
    expect(Object.values(synthBackends(LARGE).resources("docker_container")).map((one) => one.name)).toEqual(["tailwart-stalwart-namespace"]);
  });
});
