/** A filesystem as `df -P` shows it; sizes in 1024 bytes, or inodes with `-i`. */
export interface Filesystem {
  readonly mount: string;
  readonly total: number;
  readonly free: number;
}

/** Lines of `df -P`; those without numbers, such as of a filesystem without inodes, are left out. */
export const filesystems = (text: string): Filesystem[] =>
  text.split("\n").flatMap((line) => {
    const [, total, free, mount] = /\s(\d+)\s+\d+\s+(\d+)\s+(?:\d+%|-)\s+(\/.*)$/.exec(line) ?? [];
    return mount === undefined || Number(total) === 0 ? [] : [{ mount, total: Number(total), free: Number(free) }];
  });

const ROOM_KIB = 512 * 1024;
const share = ({ free, total }: Filesystem): number => Math.floor((100 * free) / total);

/** What is wrong with the room; PostgreSQL stops at the first write that finds none. */
export function cramped(blocks: readonly Filesystem[], inodes: readonly Filesystem[]): { readonly mount: string; readonly what: string; readonly key: string }[] {
  return [
    ...blocks.filter((one) => one.free < ROOM_KIB || share(one) < 5).map((one) => ({ mount: one.mount, what: `${Math.floor(one.free / 1024)} MiB free of ${Math.floor(one.total / 1024)} MiB`, key: "room" })),
    ...inodes.filter((one) => share(one) < 5).map((one) => ({ mount: one.mount, what: `${one.free} inodes free of ${one.total}`, key: "inodes" })),
  ];
}

/** What the kernel says of a container's memory, both of cgroup v2 and v1. */
export function memory(text: string): { readonly kills: number; /** share of the limit that is in use and cannot be given back, 0 to 1 */ readonly full?: number } {
  const number = (sign: RegExp): number | undefined => {
    const found = sign.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [used, limit] = [number(/^(?:anon|total_rss) (\d+)$/m), number(/^(?:limit|hierarchical_memory_limit) (\d+)$/m)];
  return { kills: number(/^oom_kill (\d+)$/m) ?? 0, ...(used === undefined || limit === undefined || limit > 2 ** 60 ? {} : { full: used / limit }) };
}
