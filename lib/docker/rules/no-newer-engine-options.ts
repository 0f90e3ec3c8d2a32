import type { DockerRule } from "./rule";

export const noNewerEngineOptions: DockerRule = {
  name: "no-newer-engine-options",
  why: "Debian 12's engine and the provider refused them at apply, when a replaced container is gone already (startInterval needs API 1.44, volumeOptions 1.45)",
  container: ({ attributes: { healthcheck, mounts } }) => [
    ...healthcheck
      .filter(({ start_interval }) => start_interval !== undefined)
      .map(({ start_interval }) => `healthcheck.startInterval is ${start_interval}; older engines refuse it; leave it out`),
    ...mounts
      .filter(({ volume_options }) => volume_options !== undefined)
      .map(({ target }) => `mounts ${target} has volumeOptions; older engines refuse it; leave it out, or use volumes`),
  ],
};
