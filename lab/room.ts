import { refuseIfAny } from "../lib/errors";
import { CONTROL, CONTROL_PORTS, INTERNET, PREFIX } from "./addresses";
import { SERVICES } from "../lib/wire";
import type { Lab } from "./lab";

/** Networks of the trial: the lab's own subnets under other names, for a moment. */
const TRIAL = { internet: `${PREFIX}trial-internet`, control: `${PREFIX}trial-control` } as const;

/** What the world publishes, and at which address of the host: `ip:port/protocol`. */
const PUBLISHED = [
  ...[CONTROL_PORTS.api, CONTROL_PORTS.relay, CONTROL_PORTS.dns].map((port) => ({ ip: CONTROL.gateway, port, protocol: "tcp" })),
  ...[CONTROL_PORTS.stun, CONTROL_PORTS.dns].map((port) => ({ ip: CONTROL.gateway, port, protocol: "udp" })),
  { ip: INTERNET.ipv4.gateway, port: SERVICES.submission.port, protocol: "tcp" },
] as const;

export interface Room {
  /** why the lab has to do without IPv6 @default it has it */
  readonly withoutIpv6?: string;
}

/**
 * Tries what the world will ask of the engine: its subnets, the host's addresses in them with their ports, IPv6. Only where
 * the lab is not up yet; then its own network says whether it has IPv6.
 * @param image any that has sh and ping
 * @throws MistakesError with one line for each thing that is in the way
 */
export async function roomFor(lab: Lab, image: string): Promise<Room> {
  const docker = (...args: string[]) => lab.engine.docker(args);
  const there = await docker("network", "inspect", "--format", "{{.EnableIPv6}}", INTERNET.network);
  if (there.status === 0) return there.stdout.trim() === "true" ? {} : { withoutIpv6: `the network ${INTERNET.network} was made without it` };
  const once = (...args: string[]) => docker("run", "--rm", "--entrypoint", "/bin/sh", ...args);
  const routes = await once("--network", "host", image, "-c", "cat /proc/net/route");
  refuseIfAny(routesInTheWay(routes.stdout, [INTERNET.ipv4.subnet, CONTROL.subnet]).map(({ subnet, device }) => `the engine's host has a route of its own into ${subnet} (device ${device}), which the lab needs; take it down (ip route show root ${subnet}) or use another engine (LAB_DOCKER_HOST)`));
  await docker("network", "rm", TRIAL.internet, TRIAL.control);
  const make = (name: string, ...subnets: { readonly subnet: string; readonly gateway: string }[]) =>
    docker("network", "create", ...(subnets.length > 1 ? ["--ipv6"] : []), ...subnets.flatMap(({ subnet, gateway }) => ["--subnet", subnet, "--gateway", gateway]), name);
  try {
    const six = await make(TRIAL.internet, INTERNET.ipv4, INTERNET.ipv6);
    const asked = six.status === 0 ? await once("--network", TRIAL.internet, image, "-c", `ping -c 1 -w 5 ${INTERNET.ipv6.gateway} 2>&1`) : six;
    const withoutIpv6 = asked.status === 0 ? undefined : reason(`${asked.stderr}\n${asked.stdout}`);
    if (six.status !== 0) refuse(INTERNET.ipv4.subnet, await make(TRIAL.internet, INTERNET.ipv4));
    refuse(CONTROL.subnet, await make(TRIAL.control, CONTROL));
    const tried = await Promise.all(
      PUBLISHED.map(async ({ ip, port, protocol }) => {
        const { status, stderr } = await once("-p", `${ip}:${port}:${port}/${protocol}`, "--network", ip === CONTROL.gateway ? TRIAL.control : TRIAL.internet, image, "-c", "true");
        return status === 0 ? [] : [`port ${port}/${protocol} of the engine's host at ${ip} is not free for the lab: ${reason(stderr)}; stop what listens there (ss -lnp 'sport = :${port}'), or bind it to addresses of its own`];
      }),
    );
    refuseIfAny(tried.flat());
    return withoutIpv6 === undefined ? {} : { withoutIpv6 };
  } finally {
    await docker("network", "rm", TRIAL.internet);
    await docker("network", "rm", TRIAL.control);
  }
}

function refuse(subnet: string, { status, stderr }: { readonly status: number; readonly stderr: string }): void {
  refuseIfAny(status === 0 ? [] : [`the Docker engine makes no network ${subnet}, which the lab needs: ${reason(stderr)}; docker network ls shows which others there are, and LAB_DOCKER_HOST names another engine`]);
}

/** The engine's own words, in one line. */
const reason = (text: string): string => {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("See 'docker"));
  const said = lines.find((line) => /error response/i.test(line)) ?? lines.pop() ?? "no answer";
  return said.replace(/^.*error response from daemon: /i, "").replace(/^driver failed programming external connectivity on endpoint \S+ \(\w+\): /, "").replace(/\.$/, "").slice(0, 200);
};

/** IPv4 as a number. */
const number = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/**
 * Routes that lie in one of these subnets: a wider one does no harm, for the network's own is more exact.
 * @param table /proc/net/route (proc_pid_net(5)): addresses as hexadecimal numbers in the host's order of bytes
 */
export function routesInTheWay(table: string, subnets: readonly string[]): { readonly subnet: string; readonly device: string }[] {
  const value = (hex: string): number => number([6, 4, 2, 0].map((at) => parseInt(hex.slice(at, at + 2), 16)).join("."));
  const routes = table.split("\n").slice(1).flatMap((line) => {
    const [device, destination, , , , , , mask] = line.trim().split(/\s+/);
    return mask === undefined ? [] : [{ device, destination: value(destination), mask: value(mask) }];
  });
  return subnets.flatMap((subnet) => {
    const [address, bits] = subnet.split("/");
    const size = 2 ** (32 - Number(bits));
    const found = routes.find(({ destination, mask }) => 2 ** 32 - mask <= size && Math.floor(destination / size) === Math.floor(number(address) / size));
    return found === undefined ? [] : [{ subnet, device: found.device }];
  });
}
