import { posix } from "node:path";
import { engineOf } from "./engine";
import type { DockerRule } from "./rule";
import { isStarter } from "./starter-scope";

/** Sockets of engines, by their usual names; whoever opens one of them is root of the host. */
const SOCKET = /\/(?:docker|containerd|podman)\.sock$/;
const USUAL = ["/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"];

/** As Linux has it: /var/run is /run. */
const real = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, "").replace(/^\/var\/run(?=\/|$)/, "/run");
const holds = (folder: string, path: string): boolean => folder === path || folder === "/" || path.startsWith(`${folder}/`);

export const engineSocket: DockerRule = {
  name: "engine-socket",
  why: "a container with the engine's socket is root of the host, whatever capabilities it has dropped; only the starter needs it",
  container: ({ construct, attributes: { mounts, volumes } }) => {
    if (isStarter(construct)) return [];
    const own = /^unix:\/\/(\/.+)$/.exec(engineOf(construct))?.[1];
    const sockets = [...USUAL, ...(own === undefined ? [] : [real(own)])];
    return [...mounts.map(({ source }) => source), ...volumes.map(({ host_path }) => host_path)]
      .filter((source): source is string => source?.startsWith("/") ?? false)
      .filter((source) => SOCKET.test(source) || sockets.some((socket) => holds(real(source), socket)))
      .map((source) => `mounts ${source}, which ${SOCKET.test(source) || sockets.includes(real(source)) ? "is" : "holds"} the engine's socket; only a Starter may have it; take the mount out`);
  },
};
