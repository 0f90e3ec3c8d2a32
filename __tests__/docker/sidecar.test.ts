import { Namespace } from "../../lib/docker/namespace";
import { Sidecar, type SidecarProps } from "../../lib/docker/sidecar";
import { synthesize } from "../synth";

const synthSidecar = (more: Partial<SidecarProps> = {}) =>
  synthesize((stack, provider) => {
    const namespace = new Namespace(stack, "namespace", { provider, name: "stalwart", image: "x:1.0" });
    const authKey = { path: "/run/secrets/ts_authkey", source: "../../../.secrets/ts_authkey", hash: "missing" };
    new Sidecar(stack, "sidecar", { provider, namespace, name: "stalwart", image: "tailscale/tailscale:v1.102.3", tag: "tag:stalwart", authKey, backends: ["db.tail0000.ts.net:5432", "redis.tail0000.ts.net:6379"], ...more });
  });
const environment = (more: Partial<SidecarProps> = {}) => synthSidecar(more).container("tailwart-stalwart-sidecar").env as string[];

describe("Sidecar", () => {
  test("uses kernel networking: userspace would show every peer as 127.0.0.1", () => {
    const sidecar = synthSidecar().container("tailwart-stalwart-sidecar");
    expect(sidecar.env).toContain("TS_USERSPACE=false");
    expect(sidecar.capabilities).toEqual({ add: ["CAP_NET_ADMIN", "CAP_NET_RAW"], drop: ["ALL"] });
    expect(sidecar.devices).toEqual([expect.objectContaining({ container_path: "/dev/net/tun" })]);
    expect(sidecar.network_mode).toMatch(/^container:\$\{docker_container\.\w+\.id\}$/);
    expect(sidecar.hostname).toBeUndefined();
  });

  test("resolves tailnet names for all who share its namespace", () => expect(environment()).toContain("TS_ACCEPT_DNS=true"));

  test("is healthy only when the backends answer too, PostgreSQL first", () => {
    expect(synthSidecar().container("tailwart-stalwart-sidecar").healthcheck.test).toEqual([
      "CMD", "/bin/sh", "/opt/tailwart/sidecar-health.sh", "http://127.0.0.1:41234/healthz", "db.tail0000.ts.net:5432", "redis.tail0000.ts.net:6379",
    ]);
  });

  test("keeps its node by default, in a volume that Terraform will not remove", () => {
    expect(environment()).toEqual(expect.arrayContaining(["TS_STATE_DIR=/var/lib/tailscale", "TS_AUTH_ONCE=true", "EPHEMERAL=false"]));
    const state = Object.values(synthSidecar().resources("docker_volume")).find((volume) => volume.name === "tailwart-stalwart-tailscale");
    expect(state?.lifecycle).toEqual({ prevent_destroy: true });
  });

  test("keeps nothing when it is ephemeral", () => {
    expect(environment({ ephemeral: true }).join()).not.toContain("TS_STATE_DIR");
    expect(environment({ ephemeral: true })).toContain("EPHEMERAL=true");
  });

  test("Headscale's URL and the tag reach the start script; the key is only a path", () => {
    expect(environment({ loginServer: "https://headscale.one.test" })).toEqual(expect.arrayContaining(["LOGIN_SERVER=https://headscale.one.test", "TAG=tag:stalwart"]));
    expect(environment().join()).not.toContain("TS_AUTHKEY");
  });
});
