import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { EdgeSite } from "../config";
import { engineSocket } from "../docker/starter";
import { dataVersions } from "./data-versions";
import { heldInodes, listeningSockets, takenPorts } from "./ports";
import { lastLine, run } from "../site/run";
import type { Site } from "../site/site";

const TERRAFORM = [1, 9] as const;
const SECONDS = 20;

/** What a deploy needs before it can plan: one line for each thing that is missing, nothing is touched. */
export async function unmet(site: Site): Promise<readonly string[]> {
  const first = [...missing(site), ...(await programs(site))];
  if (first.length > 0) return first;
  return engines(site);
}

/** What runs on the hosts and would make a deploy stop half-way. Whether it is ours is known from the plans only. */
export const hostProblems = async (site: Site): Promise<readonly string[]> => (await Promise.all([ports(site), databasePassword(site), sockets(site), dataVersions(site)])).flat();

const missing = ({ deployment }: Site): string[] => [...deployment.examples.map((text) => `${text} is still the example's value; set your own in .env`), ...deployment.missing];

/** Terraform and the docker command, which also our waits inside Terraform use. */
export async function programs({ place: { environment } }: Pick<Site, "place">): Promise<string[]> {
  const name = environment.TERRAFORM_BINARY_NAME || "terraform";
  const checked = { ...environment, CHECKPOINT_DISABLE: "1" };
  const [terraform, docker] = await Promise.all([run(name, ["version", "-json"], { environment: checked, seconds: SECONDS }), run("docker", ["--version"], { environment, seconds: SECONDS })]);
  return [...terraformProblem(name, terraform.status === 0 ? terraform.stdout : undefined), ...(docker.status === 0 ? [] : [`docker: got nothing that runs (${lastLine(docker.stderr)}); install the docker command (the engine itself may be on another host)`])];
}

export function terraformProblem(name: string, json: string | undefined): string[] {
  const fix = `install ${TERRAFORM.join(".")} or newer, or name another program in TERRAFORM_BINARY_NAME`;
  if (json === undefined) return [`${name}: got nothing that runs; ${fix}`];
  const { terraform_version: version } = JSON.parse(json) as { terraform_version: string };
  const [major, minor] = version.split(".").map(Number);
  return major > TERRAFORM[0] || (major === TERRAFORM[0] && minor >= TERRAFORM[1]) ? [] : [`${name}: got version ${version}; ${fix}`];
}

/** The variables that name an engine. */
export function variablesOf({ deployment }: Pick<Site, "deployment">, host: string): string {
  const edge = deployment.edges.some((one) => one.dockerHost === host) ? ["EDGE_DOCKER_HOST"] : [];
  return [...edge, ...(deployment.mailbox.dockerHost === host ? ["MAILBOX_DOCKER_HOST"] : [])].join(" and ");
}

/** Engines that do not answer. */
export async function engines(site: Site): Promise<string[]> {
  const hosts = [...new Set(site.chosen.flatMap((stack) => stack.hosts))];
  const answers = await Promise.all(hosts.map(async (host) => ({ host, silence: await site.engine(host).silence(SECONDS) })));
  return answers.flatMap(({ host, silence }) => (silence === undefined ? [] : [`${variablesOf(site, host)}: the engine at ${host} does not answer: ${silence}; ${engineHint(host)}`]));
}

function engineHint(host: string): string {
  if (!host.startsWith("ssh://")) return `try: docker -H ${host} version`;
  const { username, hostname, port } = new URL(host);
  return `try: ssh ${port === "" ? "" : `-p ${port} `}${username === "" ? "" : `${username}@`}${hostname} docker version (it has to work without any question)`;
}

const TABLES = "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; true";

async function ports(site: Site): Promise<string[]> {
  const edges = site.chosen.flatMap((stack) => site.edgeOf(stack.name) ?? []);
  return (await Promise.all(edges.map((edge) => portsOn(site, edge)))).flat();
}

/** Asks the edge's host itself: the edge runs on the host's own network. A running edge of ours may keep its sockets. */
async function portsOn(site: Site, { dockerHost, network, dockerNetwork, name }: EdgeSite): Promise<string[]> {
  // With addresses of its own it takes none of the host's ports.
  if (dockerNetwork !== undefined) return [];
  const engine = site.engine(dockerHost);
  // Ports that Docker publishes belong to Docker's own process; while our namespace runs they are ours.
  if (network === "sidecar" && (await engine.container(`tailwart-${name}-namespace`))?.status === "running") return [];
  const running = await engine.exec("tailwart-edge", ["/bin/sh", "-c", `${TABLES}; ls -l /proc/[0-9]*/fd 2>/dev/null; true`]);
  const { baseImage } = site.deployment.caddy;
  const asked = running.status === 0 ? running : await engine.docker(["run", "--rm", "--network", "host", "--entrypoint", "/bin/sh", baseImage, "-c", TABLES], { seconds: 300 });
  if (asked.status !== 0) return [`BASE_IMAGE: got "${baseImage}", which does not run on ${dockerHost}: ${lastLine(asked.stderr).replace(/\s*See 'docker run --help'\.$/, "")}; name an image that this engine has or can pull`];
  const taken = takenPorts(listeningSockets(asked.stdout), site.wire.routes.map(({ port }) => port), heldInodes(asked.stdout));
  const line = (port: number) => site.wire.routes.find((route) => route.port === port);
  return [...new Map(taken.map((socket) => [socket.port, socket])).values()].map(({ port, address }) => {
    const web = line(port)?.sni !== undefined;
    const fix = web ? `move the host's own web server to ${site.wire.fallback?.port} (https_port in Caddy)` : "stop it";
    return `port ${port} (${line(port)?.line}) on the edge's host (${dockerHost}) is taken by another program at ${address}; ${fix}; ss -ltnp 'sport = :${port}' names it there`;
  });
}

/** An image that nobody has: an engine looks at the mounts first, and makes nothing. */
const NO_IMAGE = "tailwart.invalid/none:0";

/** Starters whose engine has no socket where theirs would be mounted. */
async function sockets(site: Site): Promise<string[]> {
  if (site.deployment.starter === undefined) return [];
  return (await Promise.all(site.chosen.map(({ name }) => socketOf(site, name)))).flat();
}

async function socketOf(site: Site, stack: string): Promise<string[]> {
  const { mailbox } = site.deployment;
  const edge = site.edgeOf(stack);
  if (stack !== "mailbox" && edge === undefined) return [];
  const { dockerHost: host, dockerSocket } = edge ?? mailbox;
  const path = dockerSocket ?? engineSocket(host);
  const mount = `type=bind,src=${path},dst=/socket,readonly`;
  const { stderr } = await site.engine(host).docker(["create", "--pull", "never", "--mount", mount, NO_IMAGE], { seconds: SECONDS });
  const variable = edge === undefined ? "MAILBOX_DOCKER_SOCKET" : "EDGE_DOCKER_SOCKET";
  if (!/bind source path does not exist/.test(stderr)) return [];
  const usual = "a rootless engine usually has it at /run/user/<uid>/docker.sock, one in a machine of its own (Colima) at /var/run/docker.sock there";
  return [`${variable}: the engine at ${host} has no socket at ${path} on its own host, which the starter needs; set ${variable} to the path there (${usual}), or ENGINE_STARTER=false`];
}

/**
 * A database keeps the password that it was made with. Asked before anything is replaced, while it still runs; over loopback
 * this proves something, since our PostgreSQL asks for passwords there too.
 */
async function databasePassword(site: Site): Promise<string[]> {
  const stack = site.chosen.find(({ name }) => name === "mailbox");
  const container = stack?.containers.find(({ name }) => name === "tailwart-postgres");
  const secret = site.deployment.secrets.STALWART_DB_PASSWORD;
  if (stack === undefined || container === undefined || secret === undefined) return [];
  const { host, port, user, database } = site.deployment.backends.postgres;
  const script = 'IFS= read -r PGPASSWORD; export PGPASSWORD; exec psql -h "$1" -p "$2" -U "$3" -d "$4" -qtAc "select 1"';
  const input = `${readFileSync(resolve(stack.folder, secret.source), "utf8").trim()}\n`;
  const { status, stderr } = await site.engine(container.engine).exec(container.name, ["/bin/sh", "-c", script, "sh", host, String(port), user, database], { input, seconds: SECONDS });
  if (status === 0 || !/password authentication failed/.test(stderr)) return [];
  return ["STALWART_DB_PASSWORD: the running database refuses it; it keeps the password that it was made with: put that one back, or give it the new one first (ALTER USER)"];
}
