import type { DockerRule, Seen } from "./rule";
import { textsOf } from "./texts";

/** Secrets that give themselves away by their form. */
const KINDS: Readonly<Record<string, RegExp>> = {
  "a private key (PEM)": /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/,
  "a Tailscale key": /\btskey-[a-z]+-[A-Za-z0-9]{6,}/,
  "a Headscale key": /\bhskey-[a-z]+-[A-Za-z0-9_]{6,}/,
  "a Garage key": /\bGK[0-9a-f]{24}\b/,
  "a URL with a password": /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*:[^\s/:@'"$<{]+@/i,
  "an AWS key": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
};

const check = ({ attributes }: Seen<object>): string[] =>
  textsOf(attributes).flatMap(({ where, text }) =>
    Object.entries(KINDS)
      .filter(([, form]) => form.test(text))
      .map(
        ([kind]) =>
          `${where} contains ${kind}; the plan and the state would show it; place it by upload.source with sourceHash, and refer to it by path`,
      ),
  );

export const noSecretInJson: DockerRule = {
  name: "no-secret-in-json",
  why: "text in a resource, upload.content above all, was found in clear in the state and the plan file",
  container: check,
  image: check,
  network: check,
  volume: check,
};
