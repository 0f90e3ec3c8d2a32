import type { ContainerAttributes } from "./attributes";

const JOIN = "container:";
const REFERENCE_TO_ID = /^\$\{docker_container\.([^.}]+)\.id\}$/;
const OWN_NETWORK = /^\$\{docker_network\.([^.}]+)\.(?:name|id)\}$/;

/** What stands after `container:`; undefined when the container joins no other. */
export const joinTarget = ({ network_mode }: Pick<ContainerAttributes, "network_mode">): string | undefined =>
  network_mode?.startsWith(JOIN) ? network_mode.slice(JOIN.length) : undefined;

/** Terraform's name of the container that is joined by its id; undefined when it is joined otherwise or not at all. */
export const joinedContainer = (attributes: ContainerAttributes): string | undefined => REFERENCE_TO_ID.exec(joinTarget(attributes) ?? "")?.[1];

/** Terraform's name of the Network resource that a network's name or id comes from; undefined for any other network. */
export const networkResource = (name: string | undefined): string | undefined => OWN_NETWORK.exec(name ?? "")?.[1];

/** Every network that a container with a namespace of its own is attached to, as written. */
export const networksOf = ({ network_mode, networks_advanced }: ContainerAttributes): (string | undefined)[] => [
  network_mode,
  ...networks_advanced.map(({ name }) => name),
];
