import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetPath } from "../../lib/asset";
import { caddyConfig, caddyJson } from "../../lib/edge/caddy";
import { deployment, wireOf } from "../deployment";
import { must, run, until, type Result } from "./processes";
import { NEEDS, describeWith, pathOf, type Need } from "./programs";

const BASE = process.env.TAILWART_BASE_IMAGE ?? "alpine:3.22.1";
const ENGINE: Need = {
  name: `a Docker engine with ${BASE}`,
  optional: true,
  hint: `start Docker and pull ${BASE}`,
  met: () => spawnSync("docker", ["image", "inspect", BASE]).status === 0,
};
const SH: Need = { name: "sh", hint: "run it on a Unix" };
const NAME = `tailwart-test-edge-${process.pid}`;
const IMAGE = `tailwart-test-edge:${process.pid}`;
const UPSTREAM = 2525;
/** Greets, takes the edge's probe for good, and sends each NOOP back. */
const ANSWERS = "printf '220 here\\r\\n250 here\\r\\n'; while read -r l; do case $l in *NOOP*) echo \"NOOP${l#*NOOP}\" ;; esac; done";

/** The synthesized configuration, but that the mailbox is a program beside Caddy. */
const config = (overrides: Record<string, string> = {}): string =>
  caddyJson(caddyConfig(wireOf({ EDGE_WEB: "mail-only", ...overrides }))).replace(/"stalwart\.[^"]*:\d+"/g, `"127.0.0.1:${UPSTREAM}"`);

/** Runs publishing.sh against an engine that says so about itself. */
const publishing = async (says: string): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-engine-"));
  writeFileSync(join(folder, "docker"), `#!/bin/sh\n${says}\n`, { mode: 0o755 });
  try {
    return await run("sh", [assetPath("docker/publishing.sh")], { env: { PATH: `${folder}:${process.env.PATH}`, DOCKER_HOST: "ssh://edge.test" } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

describeWith([SH], "publishing.sh", () => {
  test("takes an engine that root runs", async () => {
    expect(await publishing('echo "[name=seccomp,profile=default]"')).toEqual({ code: 0, stdout: "", stderr: "" });
  });
  test("refuses a rootless engine, whose ports hide every client", async () => {
    expect(await publishing('echo "[name=seccomp,profile=default name=rootless]"')).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(/^the engine at ssh:\/\/edge\.test is rootless: .*EDGE_NETWORK=host\n$/) });
  });
  test("refuses an engine that does not answer", async () => {
    expect(await publishing('echo "Cannot connect" >&2; exit 1')).toEqual({ code: 1, stdout: "", stderr: "docker info failed on ssh://edge.test: Cannot connect\n" });
  });
});

describeWith([ENGINE, NEEDS.caddy], "the edge's container, by Docker alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-container-"));
  const docker = (...args: string[]): Promise<Result> => run("docker", args, { timeoutMs: 60_000 });
  const { caddy } = deployment();
  const build = (image: string, version: string): Promise<string> =>
    must("docker", ["build", "-q", "--no-cache", "-t", image, ...Object.entries({ BASE_IMAGE: BASE, CADDY_VERSION: version, CADDY_L4_VERSION: caddy.l4Version.version, CADDY_ARCH: process.arch === "arm64" ? "arm64" : "amd64" }).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]), folder], { timeoutMs: 60_000 });
  const script = (name: string, env: Record<string, string>): Promise<Result> => run("sh", [assetPath(`edge/${name}`)], { env, timeoutMs: 60_000 });
  const inside = (...command: string[]): Promise<Result> => docker("exec", NAME, ...command);
  const reload = (text: string): Promise<Result> => {
    writeFileSync(join(folder, "wanted.json"), text);
    return script("reload.sh", { CONTAINER: NAME, CONFIG: join(folder, "wanted.json") });
  };
  const listens = async (port: number): Promise<boolean> => (await inside("grep", "-ciE", `^ *[0-9]+: 0+:${port.toString(16).padStart(4, "0")} 0+:0000 0A`, "/proc/net/tcp6")).stdout.trim() !== "0";
  const startUpstream = (): Promise<string> => must("docker", ["exec", "-d", NAME, "/bin/busybox", "nc", "-ll", "-p", String(UPSTREAM), "-e", "/bin/sh", "-c", ANSWERS]);
  const running = async (): Promise<string> => (await inside("cat", "/etc/caddy/caddy.json")).stdout;

  beforeAll(async () => {
    for (const file of readdirSync(assetPath("edge/image"))) copyFileSync(join(assetPath("edge/image"), file), join(folder, file));
    copyFileSync(pathOf(NEEDS.caddy), join(folder, "caddy"));
    await build(IMAGE, caddy.version.version);
    writeFileSync(join(folder, "first.json"), config());
    // As the construct places it into a namespace (lib/edge/edge.ts), but that there is no owner to join.
    await must("docker", ["create", "--name", NAME, "--init", "--network", "none", "--user", "65532:65532", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp:rw,noexec,nosuid,size=16m", "--restart", "unless-stopped", IMAGE, "25"]);
    await must("docker", ["cp", join(folder, "first.json"), `${NAME}:/etc/caddy/caddy.json`]);
    await must("docker", ["start", NAME]);
    await startUpstream();
    await until("Caddy to listen", () => listens(25), { timeoutMs: 15_000 });
  }, 120_000);
  afterAll(async () => {
    await docker("rm", "-f", NAME);
    await docker("rmi", IMAGE);
    rmSync(folder, { recursive: true, force: true });
  });

  test("a plain user without any capability has the low ports", async () => {
    const { stdout } = await inside("sh", "-c", 'for p in /proc/[0-9]*; do [ "$(cat $p/comm)" = caddy ] && cat $p/status; done');
    expect(stdout).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
    expect(stdout).toMatch(/^CapBnd:\t0+$/m);
    expect(stdout).toMatch(/^NoNewPrivs:\t1$/m);
  });

  test("its health check wants the greeting, not the port", async () => {
    expect((await inside("/bin/sh", "/usr/local/bin/edge-health", "25")).stdout).toContain("220");
    expect(await inside("/bin/sh", "/usr/local/bin/edge-health", "26")).toMatchObject({ code: 1, stdout: expect.stringContaining("port 26 brings no greeting") });
  });

  test("a new configuration is taken over while a session goes on", async () => {
    const session = spawn("docker", ["exec", "-i", NAME, "nc", "127.0.0.1", "25"], { stdio: ["pipe", "pipe", "inherit"] });
    let heard = "";
    session.stdout.on("data", (text) => (heard += text));
    try {
      await until("the greeting", () => Promise.resolve(heard.includes("220")));
      expect(await listens(993)).toBe(true);
      expect(await reload(config({ PUBLIC_LINES: "smtp,submission,sieve" }))).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("open connections go on") });
      expect([await listens(25), await listens(4190), await listens(993)]).toEqual([true, true, false]);
      session.stdin.write("NOOP after the reload\n");
      await until("the session's answer", () => Promise.resolve(heard.includes("NOOP after the reload")));
    } finally {
      session.kill();
    }
  });

  test("the same configuration again changes nothing and says nothing", async () => {
    expect(await reload(await running())).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("refuses a configuration that its Caddy refuses, and keeps the one that it has", async () => {
    const before = await running();
    const { code, stderr } = await reload(config().replace('"v2"', '"v3"'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^edge: this Caddy refuses the configuration: Error: .*proxy_protocol/);
    expect(stderr).toContain("keeps the configuration that it had");
    expect(await running()).toBe(before);
  });

  test("refuses a port that is taken, and starts again with what it had", async () => {
    const before = await running();
    const { code, stderr } = await reload(before.replace('":4190"', `":4190", ":${UPSTREAM}"`));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/started again with the old one: .*address already in use\n$/) });
    expect(await running()).toBe(before);
    // It ended with the container, and the gate waits for it.
    await startUpstream();
    await until("Caddy to listen again", () => listens(25));
  });

  test("refuses to reload what does not run, in one line", async () => {
    const { code, stderr } = await script("reload.sh", { CONTAINER: `${NAME}-not`, CONFIG: "/dev/null" });
    expect(code).toBe(1);
    expect(stderr).toContain("is it running?");
  });

  test("a stop lets a session of mail come to its end, while nobody new is let in", async () => {
    await must("docker", ["restart", NAME], { timeoutMs: 60_000 });
    await startUpstream();
    await until("Caddy to listen", () => listens(25), { timeoutMs: 15_000 });
    const session = spawn("docker", ["exec", "-i", NAME, "nc", "127.0.0.1", "25"], { stdio: ["pipe", "pipe", "inherit"] });
    let heard = "";
    session.stdout.on("data", (text) => (heard += text));
    await until("the greeting", () => Promise.resolve(heard.includes("220")));
    const begun = Date.now();
    const stopped = docker("stop", "-t", "30", NAME);
    await until("Caddy to take nobody new", async () => !(await listens(25)));
    for (const word of ["one", "two", "three"]) {
      session.stdin.write(`NOOP ${word}\n`);
      await until("an answer", () => Promise.resolve(heard.includes(`NOOP ${word}`)));
      await new Promise((wake) => setTimeout(wake, 1000));
    }
    session.kill();
    session.stdin.end();
    await docker("exec", NAME, "/bin/sh", "-c", 'for p in /proc/[0-9]*; do [ "$(cat $p/comm)" = nc ] && kill "${p#/proc/}"; done');
    expect(await stopped).toMatchObject({ code: 0 });
    const seconds = (Date.now() - begun) / 1000;
    expect(seconds).toBeGreaterThan(3);
    expect(seconds).toBeLessThan(15);
    expect((await docker("inspect", "-f", "{{.State.ExitCode}}", NAME)).stdout.trim()).toBe("0");
  });

  test("a build that refuses leaves its reason, proof.sh says it and takes the image away", async () => {
    const wrong = `${IMAGE}-wrong`;
    await build(wrong, "=2.11.5");
    const { code, stderr } = await script("proof.sh", { IMAGE: wrong });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^edge image: it is Caddy v[\d.]+, CADDY_VERSION==2\.11\.5 asks for exactly 2\.11\.5; .*\n$/) });
    expect((await docker("image", "inspect", wrong)).code).toBe(1);
    expect(await script("proof.sh", { IMAGE: IMAGE })).toMatchObject({ code: 0, stderr: "" });
  });
});
