import { join } from "node:path";
import { buildReason, hintFor, type Failure } from "./failure";
import { lastLine } from "../site/run";
import type { Site } from "../site/site";
import { Stack, type PlacedImage } from "../site/stack";

/**
 * Brings the images of all containers to their engines before anything is replaced: Terraform would remove the running
 * container first and find out then.
 * @returns one line for each image that cannot be had
 */
export async function fetchImages(site: Site): Promise<readonly string[]> {
  const built = new Set(site.chosen.flatMap((stack) => stack.images).map(({ name, engine }) => `${engine} ${name}`));
  // What is built here, whether or not this deploy builds it.
  const own = new Set(new Stack("images", join(site.outdir, "stacks", "images")).images.map(({ name }) => name));
  const only = [...new Set(["images", ...site.chosen.map(({ name }) => name)])];
  const wanted = new Map(site.chosen.flatMap((stack) => stack.containers).map(({ image, engine }) => [`${engine} ${image}`, { image, engine }]));
  const answers = [...wanted].map(async ([key, { image, engine: host }]): Promise<string[]> => {
    const engine = site.engine(host);
    if (built.has(key) || (await engine.hasImage(image))) return [];
    if (own.has(image)) return [`image "${image}" is not on ${host} yet; deploy the stack images as well, for example --only ${only.join(",")}`];
    site.say(`images     pulling ${image}`);
    const { status, stderr } = await engine.pull(image);
    return status === 0 ? [] : [`image "${image}" is not on ${host} and cannot be pulled: ${lastLine(stderr)}; look at its name in .env, and whether that host reaches the registry`];
  });
  return (await Promise.all(answers)).flat();
}

/** The provider keeps a failed build's output to itself, so the build is run once more with ears open. */
export async function whyBuildFailed(site: Site, stack: Stack, address: string): Promise<Failure | undefined> {
  const image = stack.images.find((one) => one.address === address);
  if (image === undefined) return undefined;
  const { status, stdout, stderr } = await site.engine(image.engine).docker(["build", ...buildArguments(image), image.context], { seconds: 600 });
  if (status === 0) return { line: `${image.name}: the build failed and went through a moment later; run the deploy again`, seen: [] };
  const { line, seen } = buildReason(`${stdout}\n${stderr}`);
  const hint = hintFor(line);
  return { line: `${image.name} was not built: ${line}${hint === undefined || line.includes(hint) ? "" : `; ${hint}`}`, seen };
}

const buildArguments = ({ args }: PlacedImage): string[] => Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
