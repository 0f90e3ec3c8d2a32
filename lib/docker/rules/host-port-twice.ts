import type { TerraformResource } from "cdktf";
import { containerAttributes, resourcesOf } from "./attributes";
import { engineOf } from "./engine";
import type { DockerRule } from "./rule";

interface Claim {
  readonly by: TerraformResource;
  readonly engine: string;
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** Host ports that a container asks for; one without a fixed number gets a free one. */
const claimsOf = (by: TerraformResource): Claim[] =>
  containerAttributes(by).ports.flatMap(({ external, ip, protocol }) =>
    external === undefined ? [] : [{ by, engine: engineOf(by), ip: ip || WILDCARDS[0], protocol: protocol ?? "tcp", port: external }],
  );

const isIPv6 = ({ ip }: Claim): boolean => ip.includes(":");
const isWildcard = ({ ip }: Claim): boolean => WILDCARDS.includes(ip);

const collide = (a: Claim, b: Claim): boolean =>
  a.engine === b.engine &&
  a.protocol === b.protocol &&
  a.port === b.port &&
  isIPv6(a) === isIPv6(b) &&
  (a.ip === b.ip || isWildcard(a) || isWildcard(b));

export const hostPortTwice: DockerRule = {
  name: "host-port-twice",
  why: "only the apply notices: one of the two containers, at random, stays behind as created and tainted",
  container: ({ construct, attributes: { ports } }) => {
    if (ports.length === 0) return [];
    const claims = resourcesOf(construct.node.root, "docker_container").flatMap(claimsOf);
    return claims.flatMap((claim, i) => {
      if (claim.by !== construct) return [];
      const earlier = claims.slice(0, i).find((other) => collide(claim, other));
      if (earlier === undefined) return [];
      return [
        `ports asks for host port ${claim.port}/${claim.protocol} on ${claim.ip} of ${claim.engine}, which ${earlier.by.node.path} has on ${earlier.ip}; a port can be had once; choose another external port or address`,
      ];
    });
  },
};
