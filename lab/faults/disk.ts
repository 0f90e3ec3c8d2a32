import { container as world } from "../addresses";
import type { Bench } from "../bench";
import { docker } from "./tools";

/** More than this is not filled: it may be somebody's whole host. */
const MOST_GIB = 16;
const FILE = "/mail/tailwart-lab-fill";

const inVolume = async (bench: Bench, script: string): Promise<string> => {
  const image = await docker(bench, "inspect", "-f", "{{.Config.Image}}", world("client"));
  return docker(bench, "run", "--rm", "--network=none", "-v", "tailwart-postgres:/mail", "--entrypoint=/bin/sh", image, "-c", script);
};

const freeKiB = async (bench: Bench): Promise<number> => Number(await inVolume(bench, "df -Pk /mail | awk 'NR==2 {print $4}'"));

export async function tooBig(bench: Bench): Promise<string | undefined> {
  const gib = (await freeKiB(bench)) / 1024 ** 2;
  return gib <= MOST_GIB ? undefined : `${Math.round(gib)} GiB are free where the engine keeps its volumes, and more than ${MOST_GIB} are not filled; give the lab an engine with a small disk of its own (LAB_DOCKER_HOST)`;
}

/** The disk that holds database and messages is full to the last byte for a while. One container does it all: on a full disk none is made. */
export async function fill(bench: Bench, seconds: number): Promise<void> {
  const script = `fallocate -l ${await freeKiB(bench)}K ${FILE} 2>/dev/null; i=0; while [ $i -lt ${seconds} ]; do cat /dev/zero >>${FILE} 2>/dev/null; sleep 1; i=$((i + 1)); done; rm -f ${FILE}`;
  await inVolume(bench, script);
}
