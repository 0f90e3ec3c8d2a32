import type { Site } from "../site/site";
import type { Stack } from "../site/stack";
import type { TerraformState } from "../site/terraform";

export interface LeftImage {
  readonly address: string;
  readonly name: string;
}

/** `docker` or `docker.nyc`, from the way in which a state names a provider. */
function providerOf(text: string): string | undefined {
  const [, kind, alias] = /^provider\["(?:[^"]*\/)?([^"/]+)"\](?:\.(.+))?$/.exec(text) ?? [];
  return kind === undefined || alias === undefined ? kind : `${kind}.${alias}`;
}

/**
 * Images in a state whose engine the stack no longer knows: an edge was taken out of `.env`, and Terraform refuses to go on
 * ("Provider configuration not present"). Only images that are kept on their engine, for Terraform would only forget them too.
 */
export const leftImages = ({ resources = [] }: TerraformState, stack: Pick<Stack, "providers" | "has">): LeftImage[] =>
  resources.flatMap(({ mode, type, name, provider, instances }) => {
    const address = `${type}.${name}`;
    const used = providerOf(provider);
    const left = mode === "managed" && type === "docker_image" && used !== undefined && used.startsWith("docker.") && !stack.providers.includes(used) && !stack.has(address);
    return left && instances.length > 0 && instances.every(({ attributes }) => attributes?.keep_locally === true) ? [{ address, name: instances[0].attributes?.name ?? address }] : [];
  });

/**
 * Forgets the images of edges that are no more, with one line. Nothing else is ever taken out of a state like this.
 * @returns what went wrong, in one line
 */
export async function forgetLeftImages(site: Site, stack: Stack): Promise<string | undefined> {
  if (stack.name !== "images") return undefined;
  const terraform = site.terraform(stack);
  const left = leftImages((await terraform.state()) ?? {}, stack);
  if (left.length === 0) return undefined;
  const problem = await terraform.forget(left.map(({ address }) => address));
  if (problem === undefined) site.say(`images: forgot ${left.map(({ name }) => name).join(", ")} on an engine that is no longer in .env; they stay there until somebody removes them (docker image rm)`);
  return problem;
}
