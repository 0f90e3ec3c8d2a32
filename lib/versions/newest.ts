import { olderThan, type Program, type Source } from "../versions";

/** Seconds for one registry or release page. */
const SECONDS = 10;
/** A whole version, with nothing behind it that makes it another build. */
const PLAIN = /^v?(\d+(?:\.\d+){1,2})$/;

/** Fetches text; rejects when there is none in time. */
export type Fetch = (url: string, headers: Readonly<Record<string, string>>) => Promise<unknown>;

export const overHttps: Fetch = async (url, headers) => {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(SECONDS * 1000) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
};

const newestOf = (tags: readonly string[], after: string): string | undefined =>
  tags
    .flatMap((tag) => (tag.endsWith(after) ? (PLAIN.exec(tag.slice(0, tag.length - after.length))?.[1] ?? []) : []))
    .reduce<string | undefined>((best, one) => (best === undefined || olderThan(best, one) ? one : best), undefined);

async function tagsOf(source: Source, fetching: Fetch): Promise<string[]> {
  if ("releases" in source) {
    const list = (await fetching(`https://api.github.com/repos/${source.releases}/releases?per_page=50`, { accept: "application/vnd.github+json" })) as {
      tag_name: string;
      prerelease: boolean;
    }[];
    return list.filter(({ prerelease }) => !prerelease).map(({ tag_name }) => tag_name);
  }
  const { results } = (await fetching(`https://hub.docker.com/v2/repositories/${source.registry}/tags?page_size=100&ordering=last_updated`, {})) as {
    results: { name: string }[];
  };
  return results.map(({ name }) => name);
}

/** The newest version that a program's registry or release page offers, and the newest that is accepted; undefined: unknown. */
export async function newestVersions(program: Program, fetching: Fetch): Promise<{ readonly any?: string; readonly accepted?: string }> {
  try {
    const tags = await tagsOf(program.newest, fetching);
    const after = program.image?.after ?? "";
    const { below } = program;
    const fits = (tag: string): boolean => {
      const version = PLAIN.exec(tag.slice(0, tag.length - after.length))?.[1];
      return version !== undefined && (below === undefined || olderThan(version, below.version));
    };
    return { any: newestOf(tags, after), accepted: newestOf(tags.filter((tag) => tag.endsWith(after) && fits(tag)), after) };
  } catch {
    return {};
  }
}
