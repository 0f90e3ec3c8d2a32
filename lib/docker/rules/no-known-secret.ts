import { literal } from "../literal";
import type { DockerRule, Seen } from "./rule";
import { textsOf } from "./texts";

/** Shorter values would be found in harmless words. */
const LEAST = 8;

/** A value as it may stand in a text, in JSON and in a URL, each also with what Terraform would take for a template escaped. */
const formsOf = (value: string): string[] =>
  [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)].flatMap((form) => [form, literal(form)]);

const check = ({ attributes, secretValues }: Seen<object>): string[] => {
  const secrets = Object.entries(secretValues)
    .filter(([, value]) => value.length >= LEAST)
    .map(([name, value]) => ({ name, forms: formsOf(value) }));
  return textsOf(attributes).flatMap(({ where, text }) =>
    secrets
      .filter(({ forms }) => forms.some((form) => text.includes(form)))
      .map(
        ({ name }) =>
          `${where} contains the value of ${name}; the plan and the state would show it; place it by upload.source with sourceHash, and refer to it by path`,
      ),
  );
};

export const noKnownSecret: DockerRule = {
  name: "no-known-secret",
  why: "a password inside a URL or a configuration file has no name and no form that gives it away, and ends up in the state in clear",
  container: check,
  image: check,
  network: check,
  volume: check,
};
