import type { Engine } from "../site/engine";

/** What a build of the edge image took, as fetch.sh wrote it into the image. */
export interface CaddyRecord {
  readonly caddy: string;
  readonly caddyL4: string;
  readonly sha256: string;
  readonly arch: string;
}

export const RECORD = "/etc/tailwart/caddy.json";

export function readRecord(text: string): CaddyRecord | undefined {
  try {
    const { caddy, caddyL4, sha256, arch } = JSON.parse(text) as Partial<CaddyRecord>;
    return caddy && caddyL4 && sha256 && arch ? { caddy, caddyL4, sha256, arch } : undefined;
  } catch {
    return undefined;
  }
}

/** What the edge that runs on an engine was built from; undefined where none runs, or an older tailwart built it. */
export async function recordOf(engine: Engine): Promise<CaddyRecord | undefined> {
  const { status, stdout } = await engine.exec("tailwart-edge", ["/bin/busybox", "cat", RECORD], { seconds: 20 });
  return status === 0 ? readRecord(stdout) : undefined;
}

/** The lines of .env that would pin it. */
export const pinOf = ({ caddy, caddyL4, sha256 }: CaddyRecord): string => `CADDY_VERSION==${caddy} CADDY_L4_VERSION==${caddyL4} CADDY_SHA256=${sha256}`;

export interface EdgeRecord {
  readonly edge: string;
  readonly record: CaddyRecord;
}

/** Edges whose programs say the same versions and are not the same bytes: one line for each such pair's second. */
export function differentBytes(all: readonly EdgeRecord[]): string[] {
  const first = new Map<string, EdgeRecord>();
  return all.flatMap((one): string[] => {
    const { caddy, caddyL4, sha256, arch } = one.record;
    const key = `${caddy} ${caddyL4} ${arch}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, one);
    if (known === undefined || known.record.sha256 === sha256) return [];
    return [
      `edges ${known.edge} and ${one.edge} both say Caddy ${caddy} with caddy-l4 ${caddyL4} (${arch}), and their programs differ: SHA-256 ${known.record.sha256} and ${sha256}; ` +
        "npm run versions -- --keep-caddy FILE keeps the first; name it in CADDY_DOWNLOAD for both",
    ];
  });
}
