import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { refuseIfAny } from "../lib/errors";
import { programs } from "../lib/deploy/preconditions";
import { CONTROL, INTERNET, PREFIX } from "./addresses";
import type { Lab } from "./lab";

const MARK = "engine";

/** Containers of a deployment, by name; the lab's own begin with a longer word. */
export async function deploymentContainers(lab: Lab): Promise<readonly string[]> {
  const { stdout } = await lab.engine.docker(["ps", "-a", "--filter", "name=^tailwart-", "--format", "{{.Names}}"]);
  return stdout.split("\n").filter((name) => name.startsWith("tailwart-") && !name.startsWith(PREFIX));
}

const engineId = async (lab: Lab): Promise<string> => (await lab.engine.docker(["info", "-f", "{{.ID}}"])).stdout.trim();

/** Whether what runs on the engine is this lab's. */
export const isOurs = async (lab: Lab): Promise<boolean> => existsSync(lab.path(MARK)) && readFileSync(lab.path(MARK), "utf8").trim() === (await engineId(lab));
export const claim = async (lab: Lab): Promise<void> => writeFileSync(lab.path(MARK), `${await engineId(lab)}\n`);

/** Everything that would stop the lab half-way and can be known before, one line each. @throws MistakesError */
export async function standOn(lab: Lab): Promise<void> {
  refuseIfAny(await programs({ place: { environment: lab.environment } } as Parameters<typeof programs>[0]));
  const silence = await lab.engine.silence(20);
  refuseIfAny(silence === undefined ? [] : [`the Docker engine at ${lab.host} does not answer: ${silence}; start it, or name another one in LAB_DOCKER_HOST`]);
  if (await isOurs(lab)) return;
  const others = await deploymentContainers(lab);
  refuseIfAny(others.length === 0 ? [] : [`a deployment runs on the engine at ${lab.host} already (${others.join(", ")}), and the lab would take its names; use another engine (LAB_DOCKER_HOST)`]);
  refuseIfAny(await takenSubnets(lab));
}

async function takenSubnets(lab: Lab): Promise<string[]> {
  const ids = (await lab.engine.docker(["network", "ls", "-q"])).stdout.split("\n").filter(Boolean);
  const { stdout } = await lab.engine.docker(["network", "inspect", "--format", "{{.Name}}{{range .IPAM.Config}} {{.Subnet}}{{end}}", ...ids]);
  const wanted: readonly string[] = [INTERNET.ipv4.subnet, INTERNET.ipv6.subnet, CONTROL.subnet];
  return stdout.split("\n").flatMap((line) => {
    const [name, ...subnets] = line.split(" ");
    return subnets.filter((subnet) => wanted.includes(subnet)).map((subnet) => `the Docker network ${name} has ${subnet}, which the lab needs; remove it (docker network rm ${name}) or use another engine (LAB_DOCKER_HOST)`);
  });
}

/** The engine's limit of open files for a container. */
export async function openFilesOf(lab: Lab, image: string): Promise<number> {
  const { status, stdout } = await lab.engine.docker(["run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", image, "-c", "ulimit -Hn"]);
  const limit = stdout.trim() === "unlimited" ? Infinity : Number(stdout.trim());
  return status === 0 && limit > 0 ? limit : Infinity;
}
