import { SECRETS } from "../../../config/contract";
import { secretFileName } from "../../../config/secrets";
import type { PlanFile } from "../request";
import type { Plan } from "./plan";

const PLACEHOLDER = /\{\{([a-z0-9_]+)\}\}/g;
const used = (request: unknown): string[] => [...new Set([...JSON.stringify(request).matchAll(PLACEHOLDER)].map((match) => match[1]))];
/** What a file of the plan is sent depending on, by its name. */
export const conditions = (name: string): { readonly kind: string; readonly of: string }[] => [...name.matchAll(/\.(if|unless)\.([a-z0-9_]+)/g)].map(([, kind, of]) => ({ kind, of }));

/** What a file teaches to those after it: `sure` names are there or the server has failed before. */
const taught = ({ request }: PlanFile): { readonly name: string; readonly sure: boolean }[] =>
  request.methodCalls.flatMap(([, , id]) => {
    const [, sign, name] = /^([=@])([a-z0-9_]+)/.exec(id) ?? [];
    if (sign === undefined) return [];
    return sign === "=" ? [{ name, sure: true }] : [{ name, sure: false }, { name: `${name}_all`, sure: true }];
  });

/** Every placeholder and every condition is a secret, or found by an earlier file. */
export function unknownPlaceholders({ files }: Plan): string[] {
  const known = new Map<string, boolean>([
    ...SECRETS.map((name): [string, boolean] => [secretFileName(name), true]),
  ]);
  return files.flatMap((file) => {
    const when = conditions(file.name);
    const breaches = [
      ...when.filter(({ of }) => !known.has(of)).map(({ of }) => `${file.name} is sent depending on {{${of}}}, which no earlier file finds`),
      ...used(file.request)
        .filter((name) => !known.has(name))
        .map((name) => `${file.name} uses {{${name}}}, which is neither a secret nor found by an earlier file`),
      ...used(file.request)
        .filter((name) => known.get(name) === false && !when.some(({ kind, of }) => kind === "if" && of === name))
        .map((name) => `${file.name} uses {{${name}}}, which may not be there; call it ${file.name.replace(/\.json$/, `.if.${name}.json`)}`),
    ];
    taught(file).forEach(({ name, sure }) => known.set(name, sure || known.get(name) === true));
    return breaches;
  });
}
