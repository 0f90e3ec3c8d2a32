import { Backends } from "../../lib/backends/backends";
import { Namespace } from "../../lib/docker/namespace";
import { LARGE, deployment } from "../deployment";
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
