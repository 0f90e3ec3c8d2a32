import type { DockerRule } from "./rule";

export const noCpus: DockerRule = {
  name: "no-cpus",
  why: "provider 3.6 panics when it reads cpus, and the containers that it was making at that moment were left outside the state",
  container: ({ attributes: { cpus } }) => {
    if (cpus === undefined) return [];
    const quota = Number(cpus) * 100000;
    return [
      `cpus is ${cpus}; use the two fields below it; write cpuPeriod: 100000 and cpuQuota: ${Number.isFinite(quota) ? Math.round(quota) : "100000 for each processor"}`,
    ];
  },
};
