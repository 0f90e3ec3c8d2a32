import { container as world } from "../addresses";
import type { Bench } from "../bench";
import { fill, tooBig } from "./disk";
import type { Fault } from "./fault";
import { flood, type FloodKind } from "./flood";
import { killedMidMessage } from "./large";
import { anotherAddress, command, docker, edgeAdded, exists, goOn, hang, kill, names, redeploy, sleep, stopFor } from "./tools";

const needs = (which: "garage" | "redis", otherwise: string) => async (bench: Bench) => ((await exists(bench, names(bench)[which])) ? undefined : otherwise);
const asked = (variable: string, example: string) => async ({ lab }: Bench) => (lab.environment[variable] ? undefined : `${variable} is not set; a command that does it, for example ${variable}='${example}'`);
const restart = (which: keyof ReturnType<typeof names>) => async (bench: Bench): Promise<void> => void (await docker(bench, "restart", names(bench)[which]));

/** A container's processes hang; whatever watches over it has to bring it back. */
const hung = (which: "edge" | "sidecar" | "server" | "postgres" | "garage" | "redis"): Fault => ({
  name: `hung-${which}`,
  what: `all processes of the ${which}'s container are stopped (SIGSTOP)`,
  touches: [which],
  impossible: async (bench) => ((await exists(bench, names(bench)[which])) ? undefined : `this lab has no ${which}`),
  plant: (bench) => hang(bench, names(bench)[which]),
  tidy: (bench) => goOn(bench, names(bench)[which]),
});

const flooded = (kind: FloodKind, what: string): Fault => ({
  name: kind === "one" ? "flood" : `flood-${kind}`,
  what,
  touches: ["edge"],
  plant: (bench) => flood(bench, kind),
});

/** All that is rehearsed, in this order; a new fault is a line here. */
export const FAULTS: readonly Fault[] = [
  { name: "sidecar-restarted", touches: ["sidecar"], what: "the mailbox's tailscaled is restarted", plant: restart("sidecar") },
  { name: "sidecar-killed", touches: ["sidecar"], what: "the mailbox's tailscaled is killed", plant: (bench) => kill(bench, names(bench).sidecar) },
  {
    name: "sidecar-recreated", touches: ["sidecar", "control", "deploy", "postgres", "garage", "redis", "server", "owner", "edge"],
    what: "the sidecar's container is removed, and deployed again",
    plant: async (bench) => {
      await docker(bench, "rm", "-f", names(bench).sidecar);
      await redeploy(bench);
    },
  },
  { name: "namespace-restarted", touches: ["owner", "sidecar", "server", "postgres", "garage", "redis"], what: "the container that owns the mailbox's network namespace is restarted", plant: restart("owner") },
  { name: "server-killed", touches: ["server"], what: "the mail server is killed", plant: (bench) => kill(bench, names(bench).server) },
  { name: "edge-restarted", touches: ["edge"], what: "the edge's Caddy is restarted", plant: restart("edge") },
  { name: "edge-address", touches: ["edgeSidecar", "control"], what: "the edge joins the tailnet anew and has another address", plant: (bench) => anotherAddress(bench, bench.wire.edges[0].name, names(bench).edgeSidecar) },
  { name: "mailbox-address", touches: ["sidecar", "control"], what: "the mailbox joins the tailnet anew and has another address", plant: (bench) => anotherAddress(bench, bench.wire.mailbox.name, names(bench).sidecar) },
  {
    name: "postgres-late", touches: ["postgres", "server"],
    what: "the mail server starts 20 s before its database",
    plant: async (bench) => {
      await docker(bench, "stop", names(bench).postgres);
      await docker(bench, "restart", names(bench).server);
      await sleep(20);
      await docker(bench, "start", names(bench).postgres);
    },
  },
  {
    name: "edge-twice-moved",
    what: "the edge has another address, and two seconds later another one again",
    touches: ["edgeSidecar", "control"],
    plant: async (bench) => {
      await anotherAddress(bench, bench.wire.edges[0].name, names(bench).edgeSidecar);
      await sleep(2);
      await anotherAddress(bench, bench.wire.edges[0].name, names(bench).edgeSidecar);
    },
  },
  {
    name: "edge-added",
    what: "the edge is removed with its node, and a new one is deployed",
    touches: ["edge", "edgeSidecar", "owner", "sidecar", "server", "postgres", "garage", "redis", "control", "deploy"],
    plant: edgeAdded,
  },
  {
    name: "edge-killed-mid-message",
    what: "the edge is killed while a message of 20 MB passes",
    touches: ["edge"],
    plant: killedMidMessage,
  },
  hung("edge"),
  hung("sidecar"),
  hung("server"),
  hung("postgres"),
  hung("garage"),
  hung("redis"),
  flooded("one", "one client opens 10,000 connections to port 25"),
  flooded("many", "100 clients open 10,000 connections to port 25"),
  flooded("half-open", "connections to port 25 are begun and never finished"),
  flooded("slow-tls", "one client opens 10,000 connections to port 443 and begins TLS a byte a second"),
  {
    name: "clock-jump",
    what: "the host's clock jumps",
    touches: ["engine"],
    // A time namespace moves no wall clock (time_namespaces(7)), and a preloaded library moves none of a static program.
    impossible: async () => "containers have the host's clock, and setting that would move it for everything else on the host",
    plant: async () => undefined,
  },
  { name: "postgres-restarted", touches: ["postgres"], what: "PostgreSQL is restarted", plant: restart("postgres") },
  { name: "postgres-gone", touches: ["postgres"], what: "PostgreSQL is gone for a minute", plant: (bench) => stopFor(bench, names(bench).postgres, 60) },
  { name: "redis-gone", touches: ["redis"], what: "Redis is gone for 20 s", impossible: needs("redis", "this lab has no Redis"), plant: (bench) => stopFor(bench, names(bench).redis, 20) },
  { name: "garage-gone", touches: ["garage"], what: "Garage is gone for 20 s", impossible: needs("garage", "this lab has no Garage"), plant: (bench) => stopFor(bench, names(bench).garage, 20) },
  { name: "control-gone", touches: ["control"], what: "the control server is gone for 30 s", plant: (bench) => stopFor(bench, world("headscale"), 30) },
  { name: "disk-full", touches: ["engine"], what: "the mailbox's disk is full for 20 s", impossible: tooBig, plant: (bench) => fill(bench, 20) },
  { name: "engine-restarted", touches: ["engine"], what: "the Docker engine is restarted", impossible: asked("LAB_RESTART_ENGINE", "systemctl restart docker"), plant: (bench) => command("LAB_RESTART_ENGINE", bench) },
  {
    name: "host-rebooted", touches: ["engine"],
    what: "the engine and every container die at once, and the engine is started again",
    impossible: asked("LAB_REBOOT_HOST", "systemctl kill -s KILL docker containerd; systemctl start docker"),
    plant: (bench) => command("LAB_REBOOT_HOST", bench),
  },
];
