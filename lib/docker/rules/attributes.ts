import { DefaultTokenResolver, StringConcat, TerraformResource, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";

/** Arguments as the provider names them. Blocks are lists always; a reference is text such as `${docker_container.a.id}`. */
export interface ResourceAttributes {
  readonly lifecycle?: {
    readonly prevent_destroy?: boolean;
    readonly replace_triggered_by?: readonly string[];
    readonly postcondition?: readonly object[];
  };
}
export interface ContainerAttributes extends ResourceAttributes {
  readonly attach?: boolean;
  readonly cpus?: string;
  readonly destroy_grace_seconds?: number;
  readonly dns?: readonly string[];
  readonly domainname?: string;
  readonly env?: readonly string[];
  readonly hostname?: string;
  readonly image?: string;
  readonly log_driver?: string;
  readonly log_opts?: Readonly<Record<string, string>>;
  readonly logs?: boolean;
  readonly memory?: number;
  readonly memory_swap?: number;
  readonly must_run?: boolean;
  readonly network_mode?: string;
  readonly publish_all_ports?: boolean;
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly security_opts?: readonly string[];
  readonly wait?: boolean;
  readonly capabilities: readonly { readonly add?: readonly string[]; readonly drop?: readonly string[] }[];
  readonly devices: readonly { readonly host_path?: string; readonly container_path?: string; readonly permissions?: string }[];
  readonly healthcheck: readonly Healthcheck[];
  readonly host: readonly object[];
  readonly mounts: readonly { readonly source?: string; readonly target?: string; readonly volume_options?: object }[];
  readonly networks_advanced: readonly { readonly name?: string }[];
  readonly ports: readonly Port[];
  readonly upload: readonly Upload[];
  readonly volumes: readonly { readonly host_path?: string }[];
}
export interface Healthcheck {
  readonly test?: readonly string[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly start_period?: string;
  readonly start_interval?: string;
}
export interface Port {
  readonly internal?: number;
  readonly external?: number;
  readonly ip?: string;
  readonly protocol?: string;
}
export interface Upload {
  readonly file?: string;
  readonly content?: string;
  readonly content_base64?: string;
  readonly source?: string;
  readonly source_hash?: string;
}
export interface ImageAttributes extends ResourceAttributes {
  readonly name?: string;
  readonly keep_locally?: boolean;
  readonly build: readonly { readonly builder?: string }[];
}
export interface NetworkAttributes extends ResourceAttributes {
  readonly name?: string;
}
export interface VolumeAttributes extends ResourceAttributes {
  readonly name?: string;
}

const BLOCKS = {
  docker_container: ["capabilities", "devices", "healthcheck", "host", "mounts", "networks_advanced", "ports", "upload", "volumes"],
  docker_image: ["build"],
} as const;

const resolver = new DefaultTokenResolver(new StringConcat());
const listOf = (value: unknown): unknown[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/** What a resource will say in `cdk.tf.json`, tokens resolved. Made anew at each call, for an Aspect may still change the resource. */
export function attributesOf<A extends ResourceAttributes>(resource: TerraformResource): A {
  const { resource: byType } = Tokenization.resolve(resource.toTerraform(), { scope: resource, resolver, preparing: false });
  const { "//": _metadata, ...attributes } = byType[resource.terraformResourceType][resource.friendlyUniqueId];
  const blocks: readonly string[] = BLOCKS[resource.terraformResourceType as keyof typeof BLOCKS] ?? [];
  const all = (name: string): unknown[] => [...listOf(attributes[name]), ...listOf(attributes.dynamic?.[name]?.content)];
  return { ...attributes, ...Object.fromEntries(blocks.map((name) => [name, all(name)])) };
}

export const containerAttributes = (container: TerraformResource): ContainerAttributes => attributesOf(container);

/** All resources of one type at and below a construct. By type and not by class: an app may have bindings of its own. */
export const resourcesOf = (scope: IConstruct, ...types: readonly string[]): TerraformResource[] =>
  scope.node
    .findAll()
    .filter((node): node is TerraformResource => TerraformResource.isTerraformResource(node) && types.includes(node.terraformResourceType));

/** A container whose program is meant to end says `mustRun: false`. */
export const isLongRunning = ({ must_run }: ContainerAttributes): boolean => must_run !== false;
