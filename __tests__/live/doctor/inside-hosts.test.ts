import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clock } from "../../../lib/doctor/checks/clock";
import { disk } from "../../../lib/doctor/checks/disk";
import type { Ground } from "../../../lib/doctor/ground";
import { deployment } from "../../deployment";
import { describeWith, NEEDS } from "../programs";
import { Engine, NC, outcomeOf, WELL } from "./inside";

const CONTAINERS = ["tailwart-edge", "tailwart-stalwart-stalwart", "tailwart-stalwart-sidecar", "tailwart-postgres"];

describeWith([NEEDS.namespaces, NC], "the doctor on hosts' clocks and disks", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-doctor-"));
  const engine = new Engine(folder);
  /** Nobody but the hosts themselves to ask. */
  const alone: Partial<Ground> = { http: () => Promise.reject(new Error("no answer")) };
  const ground = (doors: Partial<Ground> = alone): Ground => engine.ground(deployment(), {}, doors);

  beforeEach(() => CONTAINERS.forEach((one) => engine.place(one, [])));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("clock is silent where all go right", async () => expect(await outcomeOf(clock, ground())).toEqual(WELL));
  test("a mailbox's host five minutes behind", async () => {
    // A clock belongs to the whole machine: what the host would say is what its date says.
    engine.place("tailwart-stalwart-sidecar", [engine.script("behind", 'case "$*" in *"date +%s"*) echo $(($(date +%s) - 300)) ;; *) exec "$@" ;; esac')]);
    expect(await outcomeOf(clock, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/^the mailbox's host: its clock is (299|300|301) s behind this machine's$/) as string });
  });
  test("this machine is the one that is wrong, where the control server has told the time", async () => {
    const http: Ground["http"] = () => Promise.resolve({ status: 200, headers: new Headers({ date: new Date().toUTCString() }), body: "" });
    const now = (): Date => new Date(Date.now() - 120_000);
    expect(await outcomeOf(clock, ground({ http, now }))).toMatchObject({ state: "fault", said: expect.stringMatching(/^this machine: its clock is 1(19|20|21) s behind the control server$/) as string });
  });

  test("disk is silent where there is room, in a filesystem that is half full", async () => {
    for (const one of CONTAINERS) engine.place(one, small(1200, 500));
    expect(await outcomeOf(disk, ground())).toEqual(WELL);
  });
  test("a filesystem that fills is found, once for all containers on it", async () => {
    for (const one of CONTAINERS) engine.place(one, one === "tailwart-postgres" ? small(600, 590) : small(1200, 500));
    expect(await outcomeOf(disk, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/^tailwart-postgres \/: \d+ MiB free of 600 MiB$/) as string });
  });
  test("inodes run out", async () => {
    engine.place("tailwart-postgres", small(1200, 100, 40));
    for (const one of CONTAINERS.filter((name) => name !== "tailwart-postgres")) engine.place(one, small(1200, 500));
    expect(await outcomeOf(disk, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/^tailwart-postgres \/: 0 inodes free of 40$/) as string });
  });

  /** A root of its own, of so many MiB with so much in it, and this machine's programs laid over. */
  function small(size: number, used: number, inodes?: number): string[] {
    const more = inodes === undefined ? "" : `,nr_inodes=${inodes}`;
    const fill = inodes === undefined ? `fallocate -l ${used}m "$r/fill"` : 'i=0; while touch "$r/f$i" 2>/dev/null; do i=$((i + 1)); done';
    const script = `r=$(mktemp -d) || exit 1; mount -t tmpfs -o size=${size}m${more} t "$r"; for d in bin dev lib lib64 usr sys proc; do [ ! -e "/$d" ] || { mkdir -p "$r/$d" && mount --rbind "/$d" "$r/$d"; }; done; ${fill}; exec chroot "$r" "$@"`;
    return ["unshare", "-m", engine.script(`small-${size}-${used}-${inodes ?? ""}`, script)];
  }
});
