import { Container } from "@cdktf/provider-docker/lib/container";
import { TerraformVariable } from "cdktf";
import { mailboxNetwork } from "../../../../lib/docker/rules/mailbox-network";
import { mailboxNetworkPrivate } from "../../../../lib/docker/rules/mailbox-network-private";
import { noAddressInDial } from "../../../../lib/docker/rules/no-address-in-dial";
import { noHostPortOnMailbox } from "../../../../lib/docker/rules/no-host-port-on-mailbox";
import type { RuleCases, World } from "../world";

const join = (owner: Container): string => `container:${owner.id}`;
const uploads = (content: string) => (world: World) => world.container({ upload: [{ file: "/etc/caddy.json", content }] });
const dials = (...targets: string[]): string => JSON.stringify({ routes: [{ handle: [{ upstreams: [{ dial: targets }] }] }] });

export const MAILBOX: readonly RuleCases[] = [
  {
    rule: noHostPortOnMailbox,
    complies: {
      "a mailbox without ports": (world) => world.container({}, "app", world.mailbox()),
      "a port elsewhere": (world) => {
        world.container({}, "app", world.mailbox());
        world.container({ ports: [{ internal: 80, external: 80 }], networkMode: "host" }, "edge");
      },
    },
    refuses: {
      "a published port": [
        (world) => world.container({ ports: [{ internal: 25, external: 25 }] }, "app", world.mailbox()),
        /publishes 25\/tcp on the host; .*MagicDNS/,
      ],
      "all ports": [(world) => world.container({ publishAllPorts: true }, "app", world.mailbox()), /publishAllPorts is true/],
      "a port by an override": [
        (world) => world.container({}, "app", world.mailbox()).addOverride("ports", [{ internal: 465, protocol: "tcp" }]),
        /publishes 465\/tcp/,
      ],
      "a port of the namespace's owner, made outside": [
        (world) => {
          const owner = world.container({ ports: [{ internal: 993 }] }, "owner");
          world.container({ networkMode: join(owner) }, "app", world.mailbox());
        },
        /publishes 993\/tcp/,
      ],
    },
  },
  {
    rule: mailboxNetwork,
    complies: {
      "a network of its own, with an alias": (world) =>
        world.container({ networksAdvanced: [{ name: world.network.name, aliases: ["mail"] }] }, "app", world.mailbox()),
      "joining an owner": (world) => {
        const scope = world.mailbox();
        world.container({ networkMode: join(world.container({}, "owner", scope)) }, "app", scope);
      },
      "no network at all": (world) => world.container({ networkMode: "none" }, "app", world.mailbox()),
      "the host's network elsewhere": (world) => world.container({ networkMode: "host" }),
    },
    refuses: {
      "the default bridge": [
        (world) => world.container({ networkMode: "bridge" }, "app", world.mailbox()),
        /its network is bridge; .*container:\$\{owner\.id\}/,
      ],
      "the host's network": [(world) => world.container({ networkMode: "host" }, "app", world.mailbox()), /its network is host/],
      "a network of unknown owner": [(world) => world.container({ networkMode: "shared" }, "app", world.mailbox()), /its network is shared/],
      "a network from a variable": [
        (world) =>
          world.container({ networkMode: new TerraformVariable(world.stack, "net", { type: "string" }).stringValue }, "app", world.mailbox()),
        /its network is \$\{var\.net\}/,
      ],
      "a second network": [
        (world) => world.container({ networksAdvanced: [{ name: world.network.name }, { name: "web" }] }, "app", world.mailbox()),
        /its network is web/,
      ],
      "the host's network of the namespace's owner": [
        (world) => world.container({ networkMode: join(world.container({ networkMode: "host" }, "owner")) }, "app", world.mailbox()),
        /its network is host/,
      ],
    },
  },
  {
    rule: mailboxNetworkPrivate,
    complies: {
      "two mailbox containers on it": (world) => {
        const scope = world.mailbox();
        world.container({}, "one", scope);
        world.container({}, "two", scope);
      },
      "a backend in the mailbox's namespace": (world) => {
        const owner = world.container({}, "owner", world.mailbox());
        world.container({ networkMode: join(owner) }, "postgres");
      },
      "two others on a network": (world) => {
        world.container({}, "one");
        world.container({}, "two");
      },
    },
    refuses: {
      "a neighbour": [
        (world) => {
          world.container({}, "mail", world.mailbox());
          world.container({}, "neighbour");
        },
        /Docker network of the mailbox's one\/mailbox\/mail; nobody else/,
      ],
      "a neighbour by a second network": [
        (world) => {
          world.container({}, "mail", world.mailbox());
          world.container({ networkMode: "bridge", networksAdvanced: [{ name: world.network.id }] }, "neighbour");
        },
        /Docker network of the mailbox's one\/mailbox\/mail/,
      ],
    },
  },
  {
    rule: noAddressInDial,
    complies: {
      "names and loopback": uploads(
        dials("stalwart.tail0000.ts.net:25", "127.0.0.1:8443", "[::1]:8443", "tcp/127.0.0.2:80", "unix//run/x.sock"),
      ),
      "an address that nobody dials": uploads(
        JSON.stringify({ listen: ["192.0.2.1:25"], match: [{ remote_ip: { ranges: ["192.0.2.0/24"] } }] }),
      ),
      "a Caddyfile with names": uploads("example.org {\n  reverse_proxy stalwart:8080\n}\n"),
    },
    refuses: {
      "an IPv4 address": [uploads(dials("100.64.0.7:25")), /\/etc\/caddy\.json dials 100\.64\.0\.7:25; a node's address changes.*MagicDNS/],
      "IPv6 addresses, with and without a network": [
        uploads(dials("[fd7a:115c:a1e0::7]:25", "tcp6/[2001:db8::1]:25")),
        /dials \[fd7a:115c:a1e0::7\]:25/,
        /dials tcp6\/\[2001:db8::1\]:25/,
      ],
      "one of two targets": [uploads(dials("stalwart:25", "10.0.0.7:25")), /dials 10\.0\.0\.7:25/],
      "an address as a plain text": [uploads(JSON.stringify({ dial: "192.0.2.7:25" })), /dials 192\.0\.2\.7:25/],
      "JSON with comments": [uploads('{\n  // mail\n  "x": { "dial": ["192.0.2.7:25"] }\n}'), /dials 192\.0\.2\.7:25/],
      "a Caddyfile": [uploads("example.org {\n  reverse_proxy http://192.0.2.9:8080\n}\n"), /dials http:\/\/192\.0\.2\.9:8080/],
      "a base64 upload": [
        (world) => world.container({ upload: [{ file: "/x", contentBase64: Buffer.from(dials("192.0.2.7:25")).toString("base64") }] }),
        /upload \/x dials 192\.0\.2\.7:25/,
      ],
    },
  },
];
