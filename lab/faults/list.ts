import { container as world } from "../addresses";
import type { Bench } from "../bench";
import { fill, tooBig } from "./disk";
import type { Fault } from "./fault";
import { anotherAddress, command, docker, exists, kill, names, redeploy, sleep, stopFor } from "./tools";

const needs = (which: "garage" | "redis", otherwise: string) => async (bench: Bench) => ((await exists(bench, names(bench)[which])) ? undefined : otherwise);
const asked = (variable: string, example: string) => async ({ lab }: Bench) => (lab.environment[variable] ? undefined : `${variable} is not set; a command that does it, for example ${variable}='${example}'`);
const restart = (which: keyof ReturnType<typeof names>) => async (bench: Bench): Promise<void> => void (await docker(bench, "restart", names(bench)[which]));

/** All that is rehearsed, in this order; a new fault is a line here. */
export const FAULTS: readonly Fault[] = [
  { name: "sidecar-restarted", what: "the mailbox's tailscaled is restarted", plant: restart("sidecar") },
  { name: "sidecar-killed", what: "the mailbox's tailscaled is killed", plant: (bench) => kill(bench, names(bench).sidecar) },
  {
    name: "sidecar-recreated",
    what: "the sidecar's container is removed, and deployed again",
    plant: async (bench) => {
      await docker(bench, "rm", "-f", names(bench).sidecar);
      await redeploy(bench);
    },
  },
  { name: "namespace-restarted", what: "the container that owns the mailbox's network namespace is restarted", plant: restart("owner") },
  { name: "server-killed", what: "the mail server is killed", plant: (bench) => kill(bench, names(bench).server) },
  { name: "edge-restarted", what: "the edge's Caddy is restarted", plant: restart("edge") },
  { name: "edge-address", what: "the edge joins the tailnet anew and has another address", plant: (bench) => anotherAddress(bench, bench.wire.edges[0].name, names(bench).edgeSidecar) },
  { name: "mailbox-address", what: "the mailbox joins the tailnet anew and has another address", plant: (bench) => anotherAddress(bench, bench.wire.mailbox.name, names(bench).sidecar) },
  {
    name: "postgres-late",
    what: "the mail server starts 20 s before its database",
    plant: async (bench) => {
      await docker(bench, "stop", names(bench).postgres);
      await docker(bench, "restart", names(bench).server);
      await sleep(20);
      await docker(bench, "start", names(bench).postgres);
    },
  },
  { name: "postgres-restarted", what: "PostgreSQL is restarted", plant: restart("postgres") },
  { name: "postgres-gone", what: "PostgreSQL is gone for a minute", plant: (bench) => stopFor(bench, names(bench).postgres, 60) },
  { name: "redis-gone", what: "Redis is gone for 20 s", impossible: needs("redis", "this lab has no Redis"), plant: (bench) => stopFor(bench, names(bench).redis, 20) },
  { name: "garage-gone", what: "Garage is gone for 20 s", impossible: needs("garage", "this lab has no Garage"), plant: (bench) => stopFor(bench, names(bench).garage, 20) },
  { name: "control-gone", what: "the control server is gone for 30 s", plant: (bench) => stopFor(bench, world("headscale"), 30) },
  { name: "disk-full", what: "the mailbox's disk is full for 20 s", impossible: tooBig, plant: (bench) => fill(bench, 20) },
  { name: "engine-restarted", what: "the Docker engine is restarted", impossible: asked("LAB_RESTART_ENGINE", "systemctl restart docker"), plant: (bench) => command("LAB_RESTART_ENGINE", bench) },
  {
    name: "host-rebooted",
    what: "the engine and every container die at once, and the engine is started again",
    impossible: asked("LAB_REBOOT_HOST", "systemctl kill -s KILL docker containerd; systemctl start docker"),
    plant: (bench) => command("LAB_REBOOT_HOST", bench),
  },
];
