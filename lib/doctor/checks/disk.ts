import { CannotAsk, type Check, type Finding } from "../check";
import type { Ground, Shell } from "../ground";
import { cramped, filesystems, memory } from "../filesystems";

/** Its own filesystem, and what is mounted for data; busybox by its path, where a shell has no df. */
const LOOK = `look() { df "$@" 2>/dev/null || /bin/busybox df "$@" 2>/dev/null; }
set -- /; for place in /var/lib/stalwart /data /var/lib/postgresql/data /var/lib/tailscale; do [ ! -d "$place" ] || set -- "$@" "$place"; done
look -Pk "$@"; echo; echo inodes; look -Pi "$@"; echo; echo memory
cd /sys/fs/cgroup; cat memory.events memory.stat memory/memory.oom_control memory/memory.stat 2>/dev/null; [ ! -f memory.max ] || echo "limit $(cat memory.max)"`;

interface Looked {
  readonly where: string;
  readonly shell: Pick<Shell, "exec">;
}

const places = ({ server, sidecar, database, edges }: Ground): Looked[] => [
  ...[server, sidecar, ...(database === undefined ? [] : [database])].map((one) => ({ where: one.container, shell: one })),
  ...edges.map(({ site, shell }) => ({ where: `edge ${site.name}`, shell })),
];

/** Nearly all of what a container may have, in use and not to be given back. */
const FULL = 0.92;

async function look({ where, shell }: Looked): Promise<Finding[]> {
  const { stdout } = await shell.exec(["/bin/sh", "-c", LOOK], { seconds: 15 });
  const [blocks = "", inodes = "", rest = ""] = stdout.split(/^(?:inodes|memory)$/m);
  if (filesystems(blocks).length === 0) throw new CannotAsk(`${where} does not say what room it has; does it run? npm run drift says more`);
  const room = cramped(filesystems(blocks), filesystems(inodes)).map(({ mount, what, key }): Finding => ({ where: `${where} ${mount}`, what, key }));
  const { kills, full } = memory(rest);
  const out = kills > 0 ? [{ where, what: `the kernel has killed ${kills} of its programs for want of memory`, key: "killed", cause: "it needs more than it may have, or the host has too little", fix: "docker stats shows what it takes; give the host more memory or swap" }] : [];
  const near = full !== undefined && full > FULL ? [{ where, what: `${Math.round(full * 100)} % of the memory that it may have is in use`, key: "memory", cause: "it is about to be killed by the kernel", fix: "docker stats; docker restart gives it back for now" }] : [];
  return [...room, ...out, ...near];
}

export const disk: Check = {
  name: "disk",
  proves: "mailbox and edges have room for data, inodes and memory",
  from: "mailbox",
  severity: "error",
  symptom: "451 4.3.5 at the end of each message, senders queue; PostgreSQL stops (\"No space left on device\"); containers start again without a word",
  cause: "the disk is filling: mail, backups, images of old deploys, or logs",
  fix: "df -h and docker system df on that host; docker image prune; move backups away; enlarge the disk before mail comes back",
  seconds: 25,
  run: async (ground) => {
    const looked = await Promise.allSettled(places(ground).map(look));
    const found = looked.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    const failed = looked.find((one) => one.status === "rejected");
    // What is known to be wrong is worth more than what could not be asked.
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    // Containers of one host stand on one disk.
    const seen = new Set<string>();
    return found.filter(({ where, what, key }) => {
      const same = key === "room" || key === "inodes" ? what : `${where} ${key}`;
      return seen.has(same) ? false : seen.add(same);
    });
  },
};
