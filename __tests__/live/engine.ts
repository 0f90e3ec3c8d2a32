import { spawnSync } from "node:child_process";
import { program, type Need } from "./programs";

/** DOCKER_HOST of the engine that tests use. */
export const HOST = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
/** A small image with sh. */
export const IMAGE = process.env.TAILWART_SHELL_IMAGE ?? "alpine:3.22.1";
export const docker = (...args: string[]) => spawnSync("docker", ["-H", HOST, ...args], { encoding: "utf8", timeout: 60_000 });

export const ENGINE: Need = {
  name: "a Docker engine with a small image",
  optional: true,
  hint: "start Docker; TAILWART_SHELL_IMAGE names an image with sh, default alpine:3.22.1",
  met: () => program("docker") !== undefined && docker("run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", IMAGE, "-c", "true").status === 0,
};
