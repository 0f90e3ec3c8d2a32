import type { Owned, Registry, Singleton, TypeName } from "./objects";

/**
 * One file of the start plan: a request to Stalwart's API (JMAP, RFC 8620 section 3.3), sent as it is once the start script
 * has filled in the placeholders. Files are sent in the order of their names. What a name or call id says to the script:
 *
 * | | |
 * |---|---|
 * | `20-x.if.NAME.json`, `20-x.unless.NAME.json` | sent only when `{{NAME}}` is known, or is not |
 * | call id `text` | names the object in messages; a failure ends the start |
 * | call id `text?` | the object may be there already |
 * | call id `text!` | a failure is said, and the start goes on |
 * | `=NAME` on a query | `{{NAME}}` becomes the first id found |
 * | `@NAME text` on a get | the same for the objects that contain the text; `"{{NAME_all}}"` is the list of all their ids |
 */
export interface PlanFile {
  readonly name: string;
  readonly request: PlanRequest;
}
export interface PlanRequest {
  readonly using: readonly ["urn:ietf:params:jmap:core", "urn:stalwart:jmap"];
  readonly methodCalls: readonly PlanCall[];
}
export type PlanCall = readonly [method: `x:${TypeName}/${"set" | "get" | "query"}`, args: PlanArguments, id: string];
export interface PlanArguments {
  readonly create?: Readonly<Record<string, object>>;
  readonly update?: Readonly<Record<string, object>>;
  readonly destroy?: readonly string[];
  readonly "#destroy"?: { readonly resultOf: string; readonly name: string; readonly path: "/ids" };
  readonly ids?: readonly string[] | null;
  readonly properties?: readonly string[];
  readonly filter?: Readonly<Record<string, string>>;
}

/** The server refuses a request with more. */
export const MOST_CALLS = 16;

export const planFile = (name: string, ...calls: readonly PlanCall[]): PlanFile => ({
  name: `${name}.json`,
  request: { using: ["urn:ietf:params:jmap:core", "urn:stalwart:jmap"], methodCalls: calls },
});

/** Part of a file's name, so that the tenth sorts after the second. */
export const number = (index: number): string => String(index + 1).padStart(2, "0");

/** Files of one theme, as many as the calls need; calls that refer to one another stay together. */
export function planFiles(name: string, groups: readonly (readonly PlanCall[])[]): PlanFile[] {
  const chunks = groups.reduce<PlanCall[][]>((done, group) => {
    const last = done.at(-1);
    if (last && last.length + group.length <= MOST_CALLS) last.push(...group);
    else done.push([...group]);
    return done;
  }, []);
  return chunks.map((calls, index) => planFile(chunks.length > 1 ? `${name}-${number(index)}` : name, ...calls));
}

export const placeholder = (name: string): string => `{{${name}}}`;

export const setSingleton = <T extends Singleton>(type: T, value: Partial<Registry[T]>): PlanCall => [`x:${type}/set`, { update: { singleton: value } }, type];

export const create = <T extends TypeName>(type: T, objects: Readonly<Record<string, Partial<Registry[T]>>>, id: string = type): PlanCall => [
  `x:${type}/set`,
  { create: objects },
  id,
];
export const update = <T extends TypeName>(type: T, object: string, value: Partial<Registry[T]>, id: string): PlanCall => [
  `x:${type}/set`,
  { update: { [object]: value } },
  id,
];

/** All objects of the type go, then these come: within one call creates would run first and collide. */
export const replaceAll = <T extends Owned>(type: T, objects: Readonly<Record<string, Registry[T]>>): PlanCall[] => [
  [`x:${type}/query`, {}, `q${type}`],
  [`x:${type}/set`, { "#destroy": { resultOf: `q${type}`, name: `x:${type}/query`, path: "/ids" } }, `${type} (old)`],
  create(type, objects),
];

export const destroyFound = (type: TypeName, name: string): PlanCall => [`x:${type}/set`, { destroy: [placeholder(`${name}_all`)] }, `${type} (ours, old)`];

/** Learns `{{name}}` from a query. */
export const find = (type: TypeName, filter: Readonly<Record<string, string>>, name: string): PlanCall => [`x:${type}/query`, { filter }, `=${name}`];

/** Learns `{{name}}` and `{{name_all}}` from the objects, of the given ids or all, whose properties contain the text. */
export const findText = (type: TypeName, name: string, text: string, properties: readonly string[], ids: readonly string[] | null = null): PlanCall => [
  `x:${type}/get`,
  { ids, properties: ["id", ...properties] },
  `@${name} ${text}`,
];

export const optional = ([method, args, id]: PlanCall): PlanCall => [method, args, `${id}?`];
export const tolerated = ([method, args, id]: PlanCall): PlanCall => [method, args, `${id}!`];

/** The text of a file: JSON, one call a line. */
export const planText = ({ request }: Pick<PlanFile, "request">): string =>
  `{"using":${JSON.stringify(request.using)},"methodCalls":[\n${request.methodCalls.map((call) => JSON.stringify(call)).join(",\n")}\n]}\n`;
