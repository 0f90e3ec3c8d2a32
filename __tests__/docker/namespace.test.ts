import { Namespace } from "../../lib/docker/namespace";
import { synthesize } from "../synth";

const made = synthesize((stack, provider) => new Namespace(stack, "namespace", { provider, name: "stalwart", image: "tailscale/tailscale:v1.102.3" }));

describe("Namespace", () => {
  test("its owner sits on a network of its own, under the mailbox's host name", () => {
    expect(Object.values(made.resources("docker_network"))).toEqual([expect.objectContaining({ name: "tailwart-stalwart", driver: "bridge" })]);
    expect(made.container("tailwart-stalwart-namespace")).toMatchObject({
      hostname: "stalwart",
      networks_advanced: [{ name: expect.stringMatching(/^\$\{docker_network\.\w+\.name\}$/) }],
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
    });
  });

  test("only the owner may write the namespace's id", () => {
    expect(made.container("tailwart-stalwart-namespace").mounts).toEqual([expect.objectContaining({ target: "/netns", read_only: false })]);
    const { container } = synthesize((stack, provider) => {
      const namespace = new Namespace(stack, "namespace", { provider, name: "stalwart", image: "x:1.0" });
      expect(namespace.id.readOnly).toBe(true);
      expect(namespace.joiner("INT", ["postgres"]).entrypoint).toEqual(["/bin/sh", "/opt/tailwart/joiner.sh", "INT", "postgres"]);
    });
    expect(container("tailwart-stalwart-namespace")).toBeDefined();
  });

  test("on a network that is there already it has its own addresses, and the engine publishes nothing", () => {
    const { container, resources } = synthesize(
      (stack, provider) => new Namespace(stack, "namespace", { provider, name: "edge", image: "x:1.0", on: { network: "public", ipv4: "203.0.113.20", ipv6: "2001:db8::20" } }),
    );
    expect(resources("docker_network")).toEqual({});
    // Begun on that network itself it would keep the address that Docker chose.
    expect(container("tailwart-edge-namespace")).toMatchObject({ network_mode: "bridge", networks_advanced: [{ name: "public", ipv4_address: "203.0.113.20", ipv6_address: "2001:db8::20" }] });
    expect(container("tailwart-edge-namespace").ports).toBeUndefined();
  });
});
