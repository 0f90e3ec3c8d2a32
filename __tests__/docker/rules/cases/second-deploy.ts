import { canonicalDurations } from "../../../../lib/docker/rules/canonical-durations";
import { capabilityPrefix } from "../../../../lib/docker/rules/capability-prefix";
import { deviceFields } from "../../../../lib/docker/rules/device-fields";
import { dockerProviderPin } from "../../../../lib/docker/rules/docker-provider-pin";
import { healthcheckReplaces } from "../../../../lib/docker/rules/healthcheck-replaces";
import { joinById } from "../../../../lib/docker/rules/join-by-id";
import { logDriver } from "../../../../lib/docker/rules/log-driver";
import { memoryWithSwap } from "../../../../lib/docker/rules/memory-with-swap";
import { networkModeSet } from "../../../../lib/docker/rules/network-mode-set";
import { HEALTHCHECK, type RuleCases, type World } from "../world";

const durations = (overrides: object) => (world: World) => world.container({ healthcheck: { ...HEALTHCHECK, ...overrides } });
const capabilities =
  (add: string[], drop = ["ALL"]) =>
  (world: World) =>
    world.container({ capabilities: { add, drop } });
const devices = (device: object) => (world: World) => world.container({ devices: [{ hostPath: "/dev/net/tun", ...device }] });

export const SECOND_DEPLOY: readonly RuleCases[] = [
  {
    rule: dockerProviderPin,
    complies: { "the pin": (world) => world.container() },
    refuses: {
      "another version": [
        (world) => world.stack.addOverride("terraform.required_providers.docker.version", "4.5.0"),
        /^provider docker is 4\.5\.0; .*addOverride\("terraform\.required_providers\.docker\.version", "4\.4\.0"\)/,
      ],
      "a range": [(world) => world.stack.addOverride("terraform.required_providers.docker.version", "~> 4.4"), /^provider docker is ~> 4\.4/],
    },
  },
  {
    rule: capabilityPrefix,
    complies: { "whole names": capabilities(["CAP_NET_ADMIN"], ["ALL", "CAP_MKNOD"]), "ALL": capabilities(["ALL"]) },
    refuses: {
      "a short name": [capabilities(["CAP_NET_RAW", "NET_ADMIN"]), /^capabilities\.add has NET_ADMIN; .*write CAP_NET_ADMIN$/],
      "small letters": [capabilities(["cap_net_admin"]), /^capabilities\.add has cap_net_admin; .*write CAP_NET_ADMIN$/],
      "a short name to drop": [capabilities([], ["ALL", "MKNOD"]), /^capabilities\.drop has MKNOD; .*write CAP_MKNOD$/],
    },
  },
  {
    rule: canonicalDurations,
    complies: {
      "durations as Go prints them": durations({ interval: "1m0s", timeout: "1.5s", startPeriod: "1h0m0s" }),
      "none": (world) => world.container({ healthcheck: { test: ["CMD", "true"] } }),
    },
    refuses: {
      "60s": [durations({ interval: "60s" }), /^healthcheck\.interval is 60s; Go prints it as 1m0s; write 1m0s$/],
      "1m": [durations({ timeout: "1m" }), /^healthcheck\.timeout is 1m; Go prints it as 1m0s/],
      "1500ms": [durations({ startPeriod: "1500ms" }), /^healthcheck\.startPeriod is 1500ms; Go prints it as 1\.5s/],
      "no duration": [durations({ interval: "ten" }), /^healthcheck\.interval is ten; it has to be a duration/],
    },
  },
  {
    rule: memoryWithSwap,
    complies: {
      both: (world) => world.container({ memory: 64, memorySwap: -1 }),
      neither: (world) => world.container({ memory: undefined, memorySwap: undefined }),
    },
    refuses: {
      "memory alone": [
        (world) => world.container({ memory: 128, memorySwap: undefined }),
        /^memory is 128 and memorySwap is not set; .*memorySwap: 128/,
      ],
    },
  },
  {
    rule: deviceFields,
    complies: { "all fields": devices({ containerPath: "/dev/net/tun", permissions: "rwm" }) },
    refuses: {
      "the host's path alone": [devices({}), /has no containerPath and no permissions; .*containerPath: "\/dev\/net\/tun", permissions: "rwm"/],
      "no permissions": [devices({ containerPath: "/dev/tun" }), /has no permissions; .*containerPath: "\/dev\/tun"/],
    },
  },
  {
    rule: networkModeSet,
    complies: { none: (world) => world.container({ networkMode: "none" }) },
    refuses: {
      nothing: [
        (world) => world.container({ networkMode: undefined, networksAdvanced: [{ name: world.network.name }] }),
        /^networkMode is not set; write/,
      ],
    },
  },
  {
    rule: joinById,
    complies: {
      "an id": (world) => world.container({ networkMode: `container:${world.container({}, "owner").id}` }),
      "an id of a container that is not ours": (world) => world.container({ networkMode: `container:${"0123456789abcdef".repeat(4)}` }),
      "a network": (world) => world.container(),
    },
    refuses: {
      "a literal name": [
        (world) => world.container({ networkMode: "container:sidecar" }),
        /^networkMode joins sidecar by name; .*container:\$\{other\.id\}/,
      ],
      "a name by reference": [
        (world) => world.container({ networkMode: `container:${world.container({}, "owner").name}` }),
        /^networkMode joins \$\{docker_container\.owner\.name\} by name/,
      ],
      "nobody": [(world) => world.container({ networkMode: "container:" }), /^networkMode joins nothing by name/],
    },
  },
  {
    rule: logDriver,
    complies: {
      "driver and options": (world) => world.container({ logDriver: "local", logOpts: { "max-size": "1m" } }),
      "no logs": (world) => world.container({ logDriver: "none", logOpts: undefined }),
    },
    refuses: {
      "no driver": [(world) => world.container({ logDriver: undefined }), /^logDriver is not set/],
      "no options": [(world) => world.container({ logOpts: {} }), /^logOpts is not set/],
      "neither": [(world) => world.container({ logDriver: undefined, logOpts: undefined }), /^logDriver/, /^logOpts/],
    },
  },
  {
    rule: healthcheckReplaces,
    complies: {
      "a trigger": (world) => world.container(),
      "no health check": (world) => world.container({ healthcheck: undefined, lifecycle: undefined, mustRun: false, wait: false }),
    },
    refuses: {
      "no trigger": [
        (world) => world.container({ lifecycle: { createBeforeDestroy: false } }),
        /^healthcheck is set and lifecycle\.replaceTriggeredBy is not/,
      ],
      "a trigger in braces": [
        (world) => world.container({ lifecycle: { replaceTriggeredBy: ["${null_resource.app-hash}"] } }),
        /^lifecycle\.replaceTriggeredBy has \$\{null_resource\.app-hash\}; .*bare address/,
      ],
    },
  },
];
