import type { DockerRule } from "./rule";

export const noLogsInState: DockerRule = {
  name: "no-logs-in-state",
  why: "the provider keeps the log lines of such a container in the state, with the one-time passwords and addresses that servers print",
  container: ({ attributes: { logs } }) =>
    logs ? ["logs is true; log lines belong to the engine, not to Terraform's state; remove it and read them with `docker logs`"] : [],
};
