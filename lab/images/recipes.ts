import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { refuseIfAny } from "../../lib/errors";
import { run } from "../../lib/site/run";
import { REPOSITORY, labText } from "../asset";
import type { Recipe } from "./recipe";
import { WORLD_PACKAGES, WORLD_USERS } from "./world";

const tool = (name: string): string => join(REPOSITORY, "tools/bin", name);
/** The version that tools/<name>/go.mod pins, without its v. */
function pinned(name: string, module: string): string {
  const version = new RegExp(`${module.replaceAll(".", "\\.")} v([0-9][^ \\n]*)`).exec(readFileSync(join(REPOSITORY, "tools", name, "go.mod"), "utf8"))?.[1];
  if (version === undefined) throw new Error(`tools/${name}/go.mod does not pin ${module}`);
  return version;
}

const APPLETS = "awk basename cat chmod chown cmp cp cut date dirname echo env find getent grep head hostname id ip kill ln ls mkdir mkfifo mktemp mv nc netstat nslookup od paste ping printf ps rm sed sh sleep sort stat tail tee test timeout touch tr true uniq wc wget".split(" ");
const BUSYBOX = { packages: ["busybox-static"], applets: APPLETS };
const PATH = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The images that can be made from tools/bin and Debian alone. */
function fromHere(): Recipe[] {
  const tailscale = ["tailscale", "tailscaled", "containerboot"].map((name) => ({ path: `/usr/local/bin/${name}`, from: tool(name), mode: "0755" }));
  return [
    {
      name: "base",
      // For Garage from elsewhere too, which may be linked against the C library.
      ...BUSYBOX,
      packages: [...BUSYBOX.packages, "libgcc-s1"],
      version: { package: "base-files" },
      variable: "BASE_IMAGE",
      files: [],
      changes: [PATH, "CMD /bin/sh"],
    },
    {
      name: "tailscale",
      ...BUSYBOX,
      // The official image has them too: tailscaled and the guard of the mailbox's namespace write rules.
      packages: [...BUSYBOX.packages, "iptables"],
      version: pinned("tailscale", "tailscale.com"),
      variable: "TAILSCALE_IMAGE",
      files: tailscale,
      links: Object.fromEntries(["iptables", "ip6tables"].flatMap((name) => ["", "-restore", "-save"].map((more) => [`/usr/sbin/${name}${more}`, `${name}-nft${more}`]))),
      changes: [PATH, "CMD /usr/local/bin/containerboot"],
    },
    {
      name: "headscale",
      packages: [],
      version: pinned("headscale", "github.com/juanfont/headscale"),
      variable: "LAB_HEADSCALE_IMAGE",
      files: [{ path: "/usr/local/bin/headscale", from: tool("headscale"), mode: "0755" }],
      changes: [PATH, "ENTRYPOINT headscale"],
    },
    {
      name: "postgres",
      packages: ["postgresql-15"],
      version: { package: "postgresql-15" },
      variable: "POSTGRES_IMAGE",
      files: [{ path: "/usr/local/bin/docker-entrypoint.sh", text: labText("images/files/postgres-entrypoint.sh"), mode: "0755" }],
      users: ["postgres:x:999:999::/var/lib/postgresql:/bin/sh"],
      groups: ["postgres:x:999:"],
      folders: [
        { path: "/var/lib/postgresql/data", mode: "1777", owner: "999:999" },
        // As in the official image: runc before 1.1.8 gives a tmpfs the mode of the folder under it at each start but the first.
        { path: "/var/run/postgresql", mode: "3777", owner: "999:999" },
      ],
      changes: ["ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/bin:/usr/bin:/bin", "ENV LANG=C.UTF-8", "ENV PGDATA=/var/lib/postgresql/data", 'ENTRYPOINT ["docker-entrypoint.sh"]', 'CMD ["postgres"]'],
    },
    {
      name: "redis",
      packages: ["redis-server"],
      version: { package: "redis-server" },
      variable: "REDIS_IMAGE",
      files: [],
      users: ["redis:x:999:999::/data:/usr/sbin/nologin"],
      groups: ["redis:x:999:"],
      folders: [{ path: "/data", mode: "0755", owner: "999:999" }],
      changes: [PATH, "WORKDIR /data", "CMD redis-server"],
    },
    { name: "world", packages: WORLD_PACKAGES, version: { package: "base-files" }, variable: "LAB_WORLD_IMAGE", files: [], ...WORLD_USERS, changes: [PATH, "CMD /bin/sh"] },
  ];
}

/** The docker command of this machine, which the lab runs on anyway; where it is linked against the C library, that is in the image. */
async function dockerCommand(): Promise<Recipe> {
  const [where, asked] = await Promise.all([run("sh", ["-c", 'readlink -f "$(command -v docker)"'], { seconds: 20 }), run("docker", ["--version"], { seconds: 20 })]);
  const version = /\d+\.\d+\.\d+/.exec(asked.stdout)?.[0];
  refuseIfAny(asked.status === 0 && version !== undefined ? [] : ["docker: got nothing that runs; install the docker command (the engine itself may be elsewhere)"]);
  const program = { path: "/usr/local/bin/docker", from: where.stdout.trim(), mode: "0755" };
  return { name: "docker-cli", ...BUSYBOX, packages: [...BUSYBOX.packages, "libc6"], version: version ?? "", variable: "STARTER_IMAGE", files: [program], changes: [PATH, "CMD /bin/sh"] };
}

interface Given {
  readonly variable: string;
  readonly asks: readonly string[];
  recipe(program: string, version: string): Recipe;
}

/** Programs that no registry of packages has: whoever has them names them. */
const GIVEN: readonly Given[] = [
  {
    variable: "LAB_STALWART",
    asks: ["--version"],
    recipe: (from, version) => ({
      name: "stalwart",
      packages: ["curl", "libgcc-s1", "libcap2"],
      version,
      variable: "STALWART_IMAGE",
      files: [{ path: "/usr/local/bin/stalwart", from, mode: "0755" }],
      users: ["stalwart:x:2000:2000::/var/lib/stalwart:/usr/sbin/nologin"],
      groups: ["stalwart:x:2000:"],
      folders: ["/etc/stalwart", "/var/lib/stalwart"].map((path) => ({ path, mode: "0750", owner: "2000:2000" })),
      capabilities: { "/usr/local/bin/stalwart": "cap_net_bind_service=ep" },
      changes: [PATH, "USER stalwart", 'ENTRYPOINT ["/usr/local/bin/stalwart"]'],
    }),
  },
  {
    variable: "LAB_GARAGE",
    asks: ["--version"],
    recipe: (from, version) => ({ name: "garage", packages: [], version, variable: "GARAGE_IMAGE", files: [{ path: "/garage", from, mode: "0755" }], changes: ['CMD ["/garage", "server"]'] }),
  },
  {
    variable: "LAB_MADDY",
    asks: ["version"],
    recipe: (from, version) => ({
      name: "maddy",
      ...BUSYBOX,
      packages: [...BUSYBOX.packages, "libc6"],
      version,
      variable: "MADDY_IMAGE",
      files: [{ path: "/bin/maddy", from, mode: "0755" }],
      folders: [{ path: "/data", mode: "0755" }],
      changes: [PATH, 'ENTRYPOINT ["/bin/maddy", "-config", "/data/maddy.conf"]', 'CMD ["run"]'],
    }),
  },
];

async function given(environment: NodeJS.ProcessEnv, { variable, asks, recipe }: Given): Promise<Recipe[]> {
  const program = environment[variable];
  if (program === undefined || program === "") return [];
  const { status, stdout, stderr } = await run(program, asks, { seconds: 20 });
  const version = /\d+\.\d+\.\d+/.exec(`${stdout}${stderr}`)?.[0];
  refuseIfAny(status === 0 && version !== undefined ? [] : [`${variable}: got "${program}", which does not tell its version (${asks.join(" ")}); name a program that runs here`]);
  return [recipe(program, version ?? "")];
}

/** @returns the recipes, and in words what cannot be made here */
export async function recipes(environment: NodeJS.ProcessEnv): Promise<{ readonly recipes: readonly Recipe[]; readonly without: readonly string[] }> {
  const bin = existsSync(tool("")) ? readdirSync(tool("")) : [];
  const lacking = ["caddy", "headscale", "tailscale", "tailscaled", "containerboot"].filter((name) => !bin.includes(name));
  refuseIfAny(lacking.length === 0 ? [] : [`tools/bin has no ${lacking.join(", ")}; run tools/build caddy headscale tailscale`]);
  const more = (await Promise.all(GIVEN.map((one) => given(environment, one)))).flat();
  const without = GIVEN.filter(({ variable }) => !environment[variable]).map(
    ({ variable }) => `${variable.slice(4).toLowerCase()}: no package registry has it, and ${variable} does not name a program; the official image has to be there or reachable`,
  );
  return { recipes: [...fromHere(), await dockerCommand(), ...more], without };
}
