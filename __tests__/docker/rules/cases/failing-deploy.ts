import { hostPortTwice } from "../../../../lib/docker/rules/host-port-twice";
import { imageKeepLocally } from "../../../../lib/docker/rules/image-keep-locally";
import { joinerOptions } from "../../../../lib/docker/rules/joiner-options";
import { noBuilder } from "../../../../lib/docker/rules/no-builder";
import { noCpus } from "../../../../lib/docker/rules/no-cpus";
import { noNewerEngineOptions } from "../../../../lib/docker/rules/no-newer-engine-options";
import { noUploadWithReadOnly } from "../../../../lib/docker/rules/no-upload-with-read-only";
import type { ContainerConfig, ContainerPorts } from "@cdktf/provider-docker/lib/container";
import { useEngine } from "../../../../lib/docker/provider";
import { ENGINE, HEALTHCHECK, World, type RuleCases } from "../world";

const joiner = (overrides: Partial<ContainerConfig>) => (world: World) =>
  world.container({ networkMode: `container:${world.container({}, "owner").id}`, ...overrides });

const two = (first: Partial<ContainerPorts>, second: Partial<ContainerPorts>) => (world: World) => {
  world.container({ ports: [{ internal: 80, ...first }] }, "first");
  world.container({ ports: [{ internal: 80, ...second }] }, "second");
};
const otherStack = (host: string) => (world: World) => {
  world.container({ ports: [{ internal: 80, external: 80 }] }, "first");
  new World(world.app, "two", host).container({ ports: [{ internal: 80, external: 80 }] }, "second");
};
const otherAlias = (host: string) => (world: World) => {
  world.container({ ports: [{ internal: 80, external: 80 }] }, "first");
  world.container({ ports: [{ internal: 80, external: 80 }], provider: useEngine(world.stack, host, "second") }, "second");
};

export const FAILING_DEPLOY: readonly RuleCases[] = [
  {
    rule: joinerOptions,
    complies: {
      "all of it on the owner": (world) => world.container({ hostname: "mail", dns: ["127.0.0.1"], ports: [{ internal: 80 }] }),
      "a plain joiner": joiner({}),
    },
    refuses: {
      "a host name": [joiner({ hostname: "mail" }), /^hostname is set and networkMode joins another container; .*set hostname on the owner/],
      "a domain name": [joiner({ domainname: "one.test" }), /^domainname is set/],
      "name servers and hosts": [joiner({ dns: ["127.0.0.1"], host: [{ host: "a.test", ip: "127.0.0.1" }] }), /^dns is set/, /^host is set/],
      "a port": [joiner({ ports: [{ internal: 80 }] }), /^ports is set/],
      "a network": [joiner({ networksAdvanced: [{ name: "web" }] }), /^networksAdvanced is set/],
    },
  },
  {
    rule: noUploadWithReadOnly,
    complies: {
      "read-only": (world) => world.container({ readOnly: true }),
      "an upload": (world) => world.container({ readOnly: false, upload: [{ file: "/x", content: "x" }] }),
    },
    refuses: {
      both: [
        (world) => world.container({ readOnly: true, upload: [{ file: "/x", content: "x" }] }),
        /^readOnly is true and upload places \/x; only one/,
      ],
    },
  },
  {
    rule: noNewerEngineOptions,
    complies: { "a volume and a health check": (world) => world.container({ mounts: [{ type: "volume", source: "v", target: "/v" }] }) },
    refuses: {
      "a start interval": [
        (world) => world.container({ healthcheck: { ...HEALTHCHECK, startInterval: "1s" } }),
        /^healthcheck\.startInterval is 1s; .*leave it out/,
      ],
      "volume options": [
        (world) => world.container({ mounts: [{ type: "volume", source: "v", target: "/v", volumeOptions: { noCopy: true } }] }),
        /^mounts \/v has volumeOptions/,
      ],
    },
  },
  {
    rule: noCpus,
    complies: { "period and quota": (world) => world.container({ cpuPeriod: 100000, cpuQuota: 50000 }) },
    refuses: {
      "half a processor": [(world) => world.container({ cpus: "0.5" }), /^cpus is 0\.5; .*cpuPeriod: 100000 and cpuQuota: 50000$/],
      "no number": [(world) => world.container({ cpus: "few" }), /^cpus is few; .*100000 for each processor$/],
    },
  },
  {
    rule: hostPortTwice,
    complies: {
      "another port": two({ external: 80 }, { external: 81 }),
      "another protocol": two({ external: 80 }, { external: 80, protocol: "udp" }),
      "another address": two({ external: 80, ip: "127.0.0.1" }, { external: 80, ip: "127.0.0.2" }),
      "IPv4 and IPv6": two({ external: 80, ip: "0.0.0.0" }, { external: 80, ip: "::" }),
      "free ports": two({}, {}),
      "another engine in another stack": otherStack("ssh://root@edge.test"),
      "another engine in the same stack": otherAlias("ssh://root@edge.test"),
    },
    refuses: {
      "the same port": [
        two({ external: 80 }, { external: 80 }),
        /^ports asks for host port 80\/tcp on 0\.0\.0\.0 of unix:.*, which one\/first has on 0\.0\.0\.0; .*choose another/,
      ],
      "every address and one": [two({ external: 80 }, { external: 80, ip: "127.0.0.1" }), /on 127\.0\.0\.1 .* one\/first has on 0\.0\.0\.0/],
      "one IPv6 address and every": [two({ external: 80, ip: "::1" }, { external: 80, ip: "::" }), /one\/first has on ::1/],
      "one container twice": [
        (world) =>
          world.container({
            ports: [
              { internal: 80, external: 80 },
              { internal: 81, external: 80 },
            ],
          }),
        /one\/app has/,
      ],
      "the same engine in another stack": [otherStack(ENGINE), /one\/first has/],
      "the same engine by an alias": [otherAlias(ENGINE), /one\/first has/],
    },
  },
  {
    rule: imageKeepLocally,
    complies: { kept: (world) => world.image() },
    refuses: {
      "not said": [
        (world) => world.image({ keepLocally: undefined }),
        /^image alpine:3\.22\.1 has keepLocally not set; .*add keepLocally: true/,
      ],
      "false": [(world) => world.image({ keepLocally: false }), /has keepLocally false/],
    },
  },
  {
    rule: noBuilder,
    complies: { "the provider's choice": (world) => world.image({ buildAttribute: { context: "." } }) },
    refuses: {
      "a builder": [(world) => world.image({ buildAttribute: { context: ".", builder: "default" } }), /^build\.builder is default; .*remove it/],
    },
  },
];
