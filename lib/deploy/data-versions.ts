import type { Engine } from "../site/engine";
import type { Site } from "../site/site";
import type { PlacedContainer } from "../site/stack";
import { PROGRAMS, programOf, tagVersion, whyNotBack, type Program } from "../versions";

const SECONDS = 20;
const POSTGRES = { container: "tailwart-postgres", volume: "tailwart-postgres", file: "pgdata/PG_VERSION" };

/** Content of the first file in a tar archive (POSIX ustar: a header of 512 bytes, its size in octal at byte 124). */
export function firstOfTar(archive: string): string | undefined {
  const size = Number.parseInt(archive.slice(124, 136), 8);
  return archive.length < 512 || Number.isNaN(size) ? undefined : archive.slice(512, 512 + size);
}

/** The major version that wrote a database; undefined where there is none yet, or no one can look. */
async function writtenBy(engine: Engine, volume: string, baseImage: string): Promise<string | undefined> {
  const placed = await engine.docker(["cp", `${POSTGRES.container}:/var/lib/postgresql/data/${POSTGRES.file}`, "-"], { seconds: SECONDS });
  if (placed.status === 0) return firstOfTar(placed.stdout)?.trim();
  // The container may be gone and its volume still there.
  if ((await engine.docker(["volume", "inspect", volume], { seconds: SECONDS })).status !== 0) return undefined;
  const script = ["run", "--rm", "--network", "none", "-v", `${volume}:/data:ro`, "--entrypoint", "/bin/cat", baseImage, `/data/${POSTGRES.file}`];
  const { status, stdout } = await engine.docker(script, { seconds: 300 });
  return status === 0 ? stdout.trim() : undefined;
}

/** What a PostgreSQL must not be given. */
export function otherMajor(written: string, image: string): string | undefined {
  const wanted = tagVersion(image);
  if (wanted === undefined || wanted.split(".")[0] === written) return undefined;
  return (
    `POSTGRES_IMAGE: got "${image}"; the volume holds a database of PostgreSQL ${written}, which no other major version opens; ` +
    `take a version of ${written}, or move it: ${PROGRAMS.postgres.back.how} (docs/upgrade.md)`
  );
}

async function postgres(site: Site, { image, engine: host }: PlacedContainer): Promise<string[]> {
  const written = await writtenBy(site.engine(host), POSTGRES.volume, site.deployment.caddy.baseImage);
  const problem = written === undefined ? undefined : otherMajor(written, image);
  return problem === undefined ? [] : [problem];
}

/** The program behind a container that keeps data, by the end of its name. */
function keeperOf({ name }: PlacedContainer): Program | undefined {
  const variables: Readonly<Record<string, string>> = { stalwart: "STALWART_IMAGE", maddy: "MADDY_IMAGE" };
  const end = Object.keys(variables).find((one) => name.endsWith(`-${one}`));
  return end === undefined ? undefined : programOf(variables[end]);
}

/** A server that is older than the one that wrote the data, by the image of the container that is there now. */
async function olderServer(site: Site, container: PlacedContainer): Promise<string[]> {
  const program = keeperOf(container);
  if (program === undefined) return [];
  const asked = ["inspect", "--type", "container", "--format", "{{.Config.Image}}", container.name];
  const { status, stdout } = await site.engine(container.engine).docker(asked, { seconds: SECONDS });
  const [from, to] = [status === 0 ? tagVersion(stdout.trim()) : undefined, tagVersion(container.image)];
  const why = from === undefined || to === undefined ? undefined : whyNotBack(program, from, to);
  return why === undefined ? [] : [`${program.variable}: got "${container.image}"; ${why} (docs/upgrade.md)`];
}

/** Versions that cannot open the data that is there: asked before anything is replaced. */
export async function dataVersions(site: Site): Promise<string[]> {
  const containers = site.chosen.flatMap((stack) => stack.containers);
  const answers = containers.map((one) => (one.name === POSTGRES.container ? postgres(site, one) : olderServer(site, one)));
  return (await Promise.all(answers)).flat();
}
