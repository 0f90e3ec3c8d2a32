import type { DockerRule } from "./rule";

export const destroyGrace: DockerRule = {
  name: "destroy-grace",
  why: "the default is 0, SIGTERM and SIGKILL back to back: a sidecar killed like this did not log out and left a broken resolv.conf",
  container: ({ attributes: { destroy_grace_seconds } }) =>
    destroy_grace_seconds === undefined || destroy_grace_seconds <= 0
      ? [
          `destroyGraceSeconds is ${destroy_grace_seconds ?? "not set"}; it has to be above 0; write the seconds that the program needs to stop, the same as stopTimeout`,
        ]
      : [],
};
