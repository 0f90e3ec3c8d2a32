import { cramped, filesystems, memory } from "../../lib/doctor/filesystems";

const DF = `Filesystem           1024-blocks    Used Available Capacity Mounted on
overlay              264212084  40142196  55359068  42% /
/dev/sdb1             10485760  10200000    285760  98% /var/lib/postgresql/data
tmpfs                        0         0         0   -  /odd
`;

test("df is read, without its head and without what has no size", () =>
  expect(filesystems(DF)).toEqual([
    { mount: "/", total: 264_212_084, free: 55_359_068 },
    { mount: "/var/lib/postgresql/data", total: 10_485_760, free: 285_760 },
  ]));

test("little room and few inodes are findings, and much is none", () => {
  expect(cramped(filesystems(DF), [{ mount: "/", total: 1000, free: 10 }]).map(({ mount, what }) => `${mount}: ${what}`)).toEqual([
    "/var/lib/postgresql/data: 279 MiB free of 10240 MiB",
    "/: 10 inodes free of 1000",
  ]);
  expect(cramped([{ mount: "/", total: 2_000_000, free: 600_000 }], [{ mount: "/", total: 1000, free: 60 }])).toEqual([]);
});

describe("memory", () => {
  test("cgroup v2", () => expect(memory("low 0\noom 2\noom_kill 1\nanon 90\nfile 5\nlimit 100")).toEqual({ kills: 1, full: 0.9 }));
  test("cgroup v1", () => expect(memory("oom_kill_disable 0\noom_kill 0\nhierarchical_memory_limit 100\ntotal_rss 50\n")).toEqual({ kills: 0, full: 0.5 }));
  test("without a limit nothing is said of it", () => {
    expect(memory("anon 90\nlimit max")).toEqual({ kills: 0 });
    expect(memory("total_rss 90\nhierarchical_memory_limit 9223372036854771712")).toEqual({ kills: 0 });
  });
});
