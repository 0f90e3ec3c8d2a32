import { isLongRunning } from "./attributes";
import type { DockerRule } from "./rule";

export const restartPolicy: DockerRule = {
  name: "restart-policy",
  why: "a container that leaves a dead network namespace, or whose host restarts, comes back by nothing else",
  container: ({ attributes }) =>
    isLongRunning(attributes) && attributes.restart !== "unless-stopped"
      ? [
          `restart is ${attributes.restart ?? "not set"}; a long-running container needs unless-stopped; write it, or mustRun: false when the program is meant to end`,
        ]
      : [],
};
