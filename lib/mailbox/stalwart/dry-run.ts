import { shown, type Difference } from "./differences";
import { conditions } from "./lint/placeholders";
import type { TypeName } from "./objects";
import type { PlanCall, PlanFile } from "./request";

/** An object as the server's API shows it. */
export type Item = Readonly<Record<string, unknown>>;
/** The server's objects by type. A type that is not in it is not looked at. */
export type Live = ReadonlyMap<TypeName, readonly Item[]>;

type Value = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Value => typeof value === "object" && value !== null;
/** What tells objects of one type apart. */
const IDENTITIES = ["name", "address", "directory", "description", "@type", "certificate"];
const identity = (value: Value): string => IDENTITIES.find((key) => key in value) ?? "id";

/** Wanted against found. A placeholder that is still there, such as a secret's, stands for anything. */
function same(wanted: unknown, found: unknown): boolean {
  if (typeof wanted === "string" && /^\{\{\w+\}\}$/.test(wanted)) return true;
  if (typeof wanted === "string" && wanted.includes("{{")) {
    const pattern = wanted.split(/\{\{\w+\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return typeof found === "string" && new RegExp(`^${pattern.join(".*")}$`, "s").test(found);
  }
  if (!isObject(wanted) || !isObject(found)) return wanted === found || (wanted === null && found === undefined);
  const keys = Object.keys(wanted);
  return keys.length === Object.keys(found).length && keys.every((key) => same(wanted[key], found[key]));
}

/**
 * Goes through the start plan as the start script does, but against objects that were read, and changes nothing.
 * @returns what the next start would change, in the plan's order
 */
export class DryRun {
  private readonly found = new Map<string, readonly string[]>();
  private readonly wanted = new Map<Item, { readonly type: TypeName; readonly fields: Record<string, unknown> }>();
  private readonly kept = new Set<Item>();
  private readonly doomed: { readonly type: TypeName; readonly item: Item }[] = [];
  private readonly unsure = new Set<TypeName>();
  private readonly missing: Difference[] = [];

  constructor(private readonly live: Live) {}

  differences(plan: readonly PlanFile[]): readonly Difference[] {
    for (const { name, request } of plan) if (conditions(name).every(({ kind, of }) => this.knows(of) === (kind === "if"))) request.methodCalls.forEach((call) => this.call(call));
    const changed = [...this.wanted].flatMap(([item, { type, fields }]) =>
      Object.entries(fields)
        .filter(([key, value]) => !same(value, item[key]))
        .map(([key, value]): Difference => ({ object: this.nameOf(type, item), field: key, now: shown(key, item[key]), deployed: shown(key, value) })),
    );
    const added = this.doomed
      .filter(({ type, item }) => !this.kept.has(item) && !this.unsure.has(type))
      .map(({ type, item }): Difference => ({ object: this.nameOf(type, item), now: "there", deployed: "not" }));
    return [...this.missing, ...changed, ...added];
  }

  private nameOf(type: TypeName, value: Value): string {
    const { id } = value;
    return id === "singleton" ? type : `${type} ${shown("name", value[identity(value)])}`;
  }

  private knows(name: string): boolean {
    return (this.found.get(name) ?? []).length > 0;
  }

  private resolve(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => this.found.get(name)?.[0] ?? whole);
  }

  private expand(value: unknown): unknown {
    if (typeof value === "string") return this.resolve(value);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [this.resolve(key), this.expand(inner)]));
  }

  private call([method, args, id]: PlanCall): void {
    const type = /^x:(\w+)\//.exec(method)?.[1] as TypeName;
    const items = this.live.get(type);
    if (items === undefined) return;
    if (method.endsWith("/query")) this.query(items, args.filter ?? {}, id);
    else if (method.endsWith("/get")) this.get(items, args.ids ?? null, args.properties ?? [], id);
    else this.set(type, items, args, id);
  }

  private query(items: readonly Item[], filter: Value, id: string): void {
    const wanted = Object.entries(this.expand(filter) as Value);
    const ids = items.filter((item) => wanted.every(([key, value]) => item[key] === value)).map((item) => String(item.id));
    if (id.startsWith("=")) this.found.set(id.slice(1), ids);
  }

  private get(items: readonly Item[], ids: readonly string[] | null, properties: readonly string[], id: string): void {
    const [, name, text] = /^@(\w+) (.*)$/s.exec(id) ?? [];
    const among = ids?.map((one) => this.resolve(one));
    const part = (item: Item): string => JSON.stringify(Object.fromEntries(Object.entries(item).filter(([key]) => properties.includes(key))));
    const found = items.filter((item) => (among?.includes(String(item.id)) ?? true) && part(item).includes(this.resolve(text)));
    this.found.set(name, found.map((item) => String(item.id)));
  }

  private set(type: TypeName, items: readonly Item[], args: PlanCall[1], id: string): void {
    const doom = (gone: readonly Item[]): void => gone.forEach((item) => void this.doomed.push({ type, item }));
    if (args["#destroy"] !== undefined) doom(items);
    const destroyed = (args.destroy ?? []).flatMap((one) => this.found.get(one.replace(/^\{\{|_all\}\}$/g, "")) ?? []);
    doom(items.filter((item) => destroyed.includes(String(item.id))));
    for (const [reference, value] of Object.entries(args.update ?? {})) {
      const item = items.find((one) => one.id === this.resolve(reference));
      if (item !== undefined) this.want(type, item, value as Value);
    }
    for (const value of Object.values(args.create ?? {})) this.create(type, items, value as Value, id.endsWith("?"));
  }

  /** Two calls for one object: the last one counts, as on the server. */
  private want(type: TypeName, item: Item, value: Value): void {
    const before = this.wanted.get(item)?.fields;
    this.wanted.set(item, { type, fields: { ...before, ...(this.expand(value) as Value) } });
  }

  private create(type: TypeName, items: readonly Item[], value: Value, stays: boolean): void {
    const key = identity(value);
    const own = this.expand(value) as Value;
    if (typeof own[key] === "string" && own[key].includes("{{")) return void this.unsure.add(type);
    const item = items.find((one) => same(own[key], one[key]));
    if (item === undefined) return void this.missing.push({ object: this.nameOf(type, own), now: "gone", deployed: "there" });
    this.kept.add(item);
    if (!stays) this.want(type, item, value);
  }
}
