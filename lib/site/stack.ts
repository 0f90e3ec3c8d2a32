import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { asList } from "./lists";

/** A file that a container gets from us. */
export type PlacedFile =
  | { readonly path: string; readonly mode: string; readonly content: string }
  /** a secret, by its path on this machine */
  | { readonly path: string; readonly mode: string; readonly source: string };

export interface PlacedContainer {
  readonly address: string;
  readonly name: string;
  readonly image: string;
  /** DOCKER_HOST of its engine */
  readonly engine: string;
  /** name of the container whose network namespace it joins */
  readonly joins?: string;
  /** whether it writes to a volume that Terraform must not remove */
  readonly keepsData: boolean;
  readonly files: readonly PlacedFile[];
}
export interface PlacedImage {
  readonly address: string;
  readonly name: string;
  readonly engine: string;
  /** absolute path */
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
}

type Attributes = Record<string, any>;

/** Terraform's text as it was before `literal` (lib/docker/literal.ts). */
const plainText = (text: string): string => text.replace(/([$%])\1\{/g, "$1{");

/** The construct's path as words, without the stack and without the name that every main resource has. */
const pathOf = (one: Attributes | undefined): string | undefined =>
  one?.["//"]?.metadata?.path?.split("/").slice(1).filter((part: string) => part !== "Resource").join(" ");

/** A synthesized stack, read back: what it places, and where. */
export class Stack {
  private readonly resources: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  private readonly engines: ReadonlyMap<string, string>;

  constructor(
    readonly name: string,
    readonly folder: string,
  ) {
    const file = join(folder, "cdk.tf.json");
    const json = (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}) as { resource?: Stack["resources"]; provider?: { docker?: { alias?: string; host: string }[] } };
    this.resources = json.resource ?? {};
    this.engines = new Map((json.provider?.docker ?? []).map(({ alias, host }) => [alias === undefined ? "docker" : `docker.${alias}`, host]));
  }

  private all(type: string): [address: string, attributes: Attributes][] {
    return Object.entries(this.resources[type] ?? {}).map(([name, attributes]) => [`${type}.${name}`, attributes]);
  }

  private engineOf({ provider }: Attributes): string {
    return this.engines.get(provider ?? "docker") ?? "";
  }

  get containers(): readonly PlacedContainer[] {
    const found = this.all("docker_container");
    const data = this.keptVolumes.map((address) => `\${${address}.name}`);
    return found.map(([address, one]) => {
      const owner = /^container:\$\{(docker_container\.[^.}]+)\.id\}$/.exec(one.network_mode ?? "")?.[1];
      return {
        address,
        name: one.name,
        image: plainText(one.image),
        engine: this.engineOf(one),
        ...(owner === undefined ? {} : { joins: found.find(([other]) => other === owner)?.[1].name as string }),
        keepsData: asList<Attributes>(one.mounts).some(({ source }) => data.includes(source)),
        files: asList<Attributes>(one.upload).map((upload): PlacedFile => {
          const place = { path: upload.file as string, mode: upload.permissions as string };
          return upload.source === undefined ? { ...place, content: plainText(upload.content ?? "") } : { ...place, source: resolve(this.folder, upload.source) };
        }),
      };
    });
  }

  get images(): readonly PlacedImage[] {
    return this.all("docker_image").map(([address, one]) => {
      const build = asList<Attributes>(one.build)[0] ?? {};
      return { address, name: one.name, engine: this.engineOf(one), context: resolve(this.folder, build.context ?? "."), args: build.build_args ?? {} };
    });
  }

  /** Addresses of volumes that Terraform must not remove. */
  get keptVolumes(): readonly string[] {
    return this.all("docker_volume").flatMap(([address, one]) => (asList<Attributes>(one.lifecycle)[0]?.prevent_destroy ? [address] : []));
  }

  /** Its docker providers as its resources name them: `docker`, `docker.nyc`. */
  get providers(): readonly string[] {
    return [...this.engines.keys()];
  }

  /** Of all resources: `docker_container.x`. */
  get addresses(): readonly string[] {
    return Object.entries(this.resources).flatMap(([type, all]) => Object.keys(all).map((name) => `${type}.${name}`));
  }

  has(address: string): boolean {
    const [type, name] = address.split(".");
    return this.resources[type]?.[name] !== undefined;
  }

  /** Engines of this stack, each once. */
  get hosts(): readonly string[] {
    return [...new Set(this.engines.values())];
  }

  /** DOCKER_HOST of the engine that a resource is on. */
  hostOf(address: string): string {
    const [type, name] = address.split(".");
    return this.engineOf(this.resources[type]?.[name] ?? {});
  }

  /** What a person calls a resource: the engine's name of it; for a wait, the container's. */
  nameOf(address: string): string {
    const [type, name] = address.split(".");
    const one = this.resources[type]?.[name];
    return one?.name ?? this.waitsFor(address) ?? pathOf(one) ?? address;
  }

  /** `volume ` and the like, to stand before its name; containers and others go without. */
  kindOf(address: string): string {
    const kind = /^docker_(image|network|volume)\./.exec(address)?.[1];
    return kind === undefined ? "" : `${kind} `;
  }

  /** The container for whose health a resource waits. */
  waitsFor(address: string): string | undefined {
    const [type, name] = address.split(".");
    const { command = "", environment = {} } = this.provisioner(type, name) ?? {};
    return /\bprobe\.sh$/.test(command) ? environment.CONTAINER : undefined;
  }

  /** Whether a resource does something that a person follows: engine objects, and what runs a program. */
  isVisible(address: string): boolean {
    const [type, name] = address.split(".");
    return type.startsWith("docker_") || this.provisioner(type, name) !== undefined;
  }

  private provisioner(type: string, name: string): Attributes | undefined {
    return asList<Attributes>(this.resources[type]?.[name]?.provisioner)[0]?.["local-exec"];
  }
}
