import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disk } from "../../../lib/doctor/checks/disk";
import { drift } from "../../../lib/doctor/checks/drift";
import { gate } from "../../../lib/doctor/checks/gate";
import { serverVersion } from "../../../lib/doctor/checks/server-version";
import { groundOf, type ContainerGround, type Ground, type Shell } from "../../../lib/doctor/ground";
import { Engine } from "../../../lib/site/engine";
import { fromHere } from "../../../lib/site/tunnel";
import { PROGRAMS } from "../../../lib/versions";
import { makeWire } from "../../../lib/wire";
import { deployment } from "../../deployment";
import { ENGINE, HOST, IMAGE, docker } from "../engine";
import { describeWith } from "../programs";
import { outcomeOf, WELL } from "./inside";

const NAME = `tailwart-live-doctor-${process.pid}`;

describeWith([ENGINE], "the doctor on a real engine", () => {
  const project = mkdtempSync(join(tmpdir(), "tailwart-doctor-"));
  const read = deployment({ BACKENDS: "external", STALWART_DB_HOST: "postgres" });
  const wire = makeWire(read);
  const engine = new Engine(HOST);
  /** The container, with programs of other versions than it has, or its own. */
  const container = (answers: Readonly<Record<string, string>> = {}): ContainerGround => ({
    ...{ container: NAME, engine, from: NAME, open: () => fromHere.open("127.0.0.1", 1) },
    exec: (command, options) => engine.exec(NAME, answers[command.join(" ")] === undefined ? command : ["echo", answers[command.join(" ")]], options),
  });
  const ground = (doors: Partial<Ground> = {}): Ground => ({ ...groundOf(read, wire, project, process.env), server: container(), sidecar: container(), edges: [{ site: read.edges[0], node: wire.edges[0], shell: container() as Shell }], ...doors });

  const run = (...options: string[]): void => {
    docker("rm", "-f", NAME);
    const { status, stderr } = docker("run", "-d", "--init", "--name", NAME, "--network", "none", "-m", "64m", "--memory-swap", "64m", ...options, "--entrypoint", "/bin/sh", IMAGE, "-c", "mkdir -p /opt && echo as it was >/opt/file && exec sleep 600");
    if (status !== 0) throw new Error(stderr);
  };
  beforeAll(() => {
    run();
    const folder = join(project, "cdktf.out", "stacks", "mailbox");
    mkdirSync(folder, { recursive: true });
    const one = { name: NAME, image: IMAGE, upload: [{ file: "/opt/file", content: "as it was\n", permissions: "0644" }] };
    writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ provider: { docker: [{ host: HOST }] }, resource: { docker_container: { one } } }));
  });
  afterAll(() => {
    docker("rm", "-f", NAME);
    rmSync(project, { recursive: true, force: true });
  });

  test("drift: silent, then a changed file, then a stopped container; nothing is synthesized for it", async () => {
    expect(await outcomeOf(drift, ground())).toEqual(WELL);
    docker("exec", NAME, "sh", "-c", "echo >>/opt/file");
    expect(await outcomeOf(drift, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/\/opt\/file is not what was deployed/) as string });
    docker("stop", "-t", "0", NAME);
    expect(await outcomeOf(drift, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/is exited/) as string });
    run();
    expect(await outcomeOf(drift, { ...ground(), project: tmpdir(), environment: { ...process.env, CDKTF_OUTDIR: "/nowhere" } })).toMatchObject({ state: "unknown" });
  });

  test("disk: silent, then the kernel kills for want of memory", async () => {
    expect(await outcomeOf(disk, ground())).toEqual(WELL);
    docker("exec", NAME, "sh", "-c", "tail /dev/zero");
    expect(await outcomeOf(disk, ground())).toMatchObject({ state: "fault", said: expect.stringMatching(/the kernel has killed \d+ of its programs/) as string });
    run();
  });

  test("gate: a sidecar whose health asks nobody, and one that asks", async () => {
    const asks = (): Promise<string> => outcomeOf(gate, ground()).then(({ said }) => said);
    expect(await asks()).toMatch(/its health check does not ask for postgres\.tail0000\.ts\.net:5432/);
    run("--health-cmd", "/bin/true");
    expect(await asks()).toMatch(/does not ask for/);
  });

  test("server-version: what is pinned is silent; another one, a known-bad one and a skew are found", async () => {
    const good = {
      "stalwart --version": read.mailbox.image.replace(/.*:v/, "stalwart "),
      "/usr/bin/caddy version": `v${PROGRAMS.caddy.proven.version} h1:x`,
      "/usr/bin/caddy build-info": `dep\tgithub.com/mholt/caddy-l4\tv${read.caddy.l4Version.version}`,
      "tailscale version": `${PROGRAMS.tailscale.default}\n  go version: go1`,
      "tailscale status --json --peers=false": `{"Version":"${PROGRAMS.tailscale.default}-t1"}`,
    };
    const place = (more: object): Ground => {
      const one = container({ ...good, ...more });
      return ground({ server: one, sidecar: one, edges: [{ site: read.edges[0], node: wire.edges[0], shell: one }] });
    };
    expect(await outcomeOf(serverVersion, place({}))).toEqual(WELL);
    expect((await outcomeOf(serverVersion, place({ "stalwart --version": "stalwart 0.16.11" }))).said).toMatch(/Stalwart 0\.16\.11 runs, and STALWART_IMAGE says .*\n.*bans do not end/s);
    const caddy = async (version: string): Promise<string> => (await outcomeOf(serverVersion, place({ "/usr/bin/caddy version": `v${version} h1:x` }))).said ?? "";
    expect(await caddy("2.11.4")).toMatch(/Caddy 2\.11\.4: 2\.11\.6 fixed security faults/);
    expect(await caddy("2.11.3")).toMatch(/Caddy 2\.11\.3 runs, and CADDY_VERSION wants 2\.11\.4 or newer, below 3\.0\.0/);
    expect(await caddy("2.12.0")).toBe("");
    expect((await outcomeOf(serverVersion, place({ "tailscale version": "1.90.0" }))).said).toMatch(/the command is 1\.90\.0, and the tailscaled that runs is 1\.\d+\.\d+/);
  });
});
