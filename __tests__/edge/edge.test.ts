import { Edge } from "../../lib/edge/edge";
import { wireOf } from "../deployment";
import { synthesize } from "../synth";

const edge = synthesize((stack, provider) => new Edge(stack, "edge", { provider, wire: wireOf(), image: "tailwart-edge:0123456789abcdef" })).container("tailwart-edge");

describe("Edge", () => {
  test("runs on the host's network, where clients keep their addresses, and publishes nothing through Docker", () => {
    expect(edge.network_mode).toBe("host");
    expect(edge.ports).toBeUndefined();
  });
  test("may bind low ports and nothing else", () => expect(edge.capabilities).toEqual({ add: ["CAP_NET_BIND_SERVICE"], drop: ["ALL"] }));
  test("has file descriptors to spare: Caddy that runs out of them accepts nothing any more", () => {
    expect(edge.ulimit).toEqual([{ name: "nofile", soft: 65536, hard: 65536 }]);
  });
  test("is healthy when the greeting comes through, asked for twice a minute", () => {
    expect(edge.healthcheck).toMatchObject({ test: ["CMD", "/bin/sh", "/usr/local/bin/edge-health", "25"], interval: "30s" });
  });
  test("takes its image by the name that its content gave it", () => expect(edge.image).toBe("tailwart-edge:0123456789abcdef"));
});
