import type { Healthcheck } from "./attributes";
import { canonicalDuration } from "./duration";
import type { DockerRule } from "./rule";

const durationsOf = ({ interval, timeout, start_period, start_interval }: Healthcheck): [string, string][] =>
  Object.entries({ interval, timeout, startPeriod: start_period, startInterval: start_interval }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[1].includes("${"),
  );

export const canonicalDurations: DockerRule = {
  name: "canonical-durations",
  why: "durations are compared as text with what Go prints, so 60s, 1m and 1500ms each gave an update on every plan",
  container: ({ attributes: { healthcheck } }) =>
    healthcheck
      .flatMap(durationsOf)
      .map(([name, got]) => ({ name, got, right: canonicalDuration(got) }))
      .filter(({ got, right }) => got !== right)
      .map(({ name, got, right }) =>
        right === undefined
          ? `healthcheck.${name} is ${got}; it has to be a duration as Go prints it; write 30s, 1m0s or 1.5s`
          : `healthcheck.${name} is ${got}; Go prints it as ${right}; write ${right}`,
      ),
};
