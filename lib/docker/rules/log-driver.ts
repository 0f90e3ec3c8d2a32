import type { DockerRule } from "./rule";

/** A driver that keeps nothing has nothing to set. */
const WITHOUT_OPTIONS = "none";

export const logDriver: DockerRule = {
  name: "log-driver",
  why: "with the driver or its options left out, the daemon's defaults came back and replaced the container; and json-file without options fills the disk",
  container: ({ attributes: { log_driver, log_opts } }) => {
    const missing = [
      ...(log_driver ? [] : ["logDriver"]),
      ...(log_driver === WITHOUT_OPTIONS || Object.keys(log_opts ?? {}).length > 0 ? [] : ["logOpts"]),
    ];
    return missing.map(
      (name) =>
        `${name} is not set; logDriver and logOpts are both needed; write logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" }`,
    );
  },
};
