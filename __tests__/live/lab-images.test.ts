import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeImages } from "../../lab/images/main";
import { labOf, readEnv } from "../../lab/lab";
import { must, run, until } from "./processes";
import { NEEDS, describeWith, type Need } from "./programs";

const ENGINE: Need = { name: "a Docker engine", optional: true, hint: "start Docker", met: () => spawnSync("docker", ["info"]).status === 0 };
const DEBIAN: Need = { name: "Debian, as root", optional: true, hint: "stand-ins are made of Debian's packages, as root", met: () => existsSync("/etc/debian_version") && process.getuid?.() === 0 };
const tool = (name: string): Need => ({ name, candidates: [join(__dirname, "..", "..", "tools", "bin", name)], hint: `tools/build ${name}` });

describeWith([ENGINE, DEBIAN, NEEDS.caddy, tool("headscale"), tool("tailscale")], "stand-ins for images", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-images-"));
  const said: string[] = [];
  const output = { stdout: { write: (text: string) => said.push(...text.trim().split("\n")) }, stderr: process.stderr };
  const environment = { ...process.env, LAB_FOLDER: folder, LAB_STALWART: "", LAB_GARAGE: "", LAB_MADDY: "" };
  const lab = labOf(folder, environment, output);
  const postgres = `tailwart-test-postgres-${process.pid}`;
  let images: Readonly<Record<string, string>>;
  const inside = (image: string, ...command: string[]): Promise<string> => must("docker", ["run", "--rm", "--network", "none", "--entrypoint", command[0], image, ...command.slice(1)], { timeoutMs: 60_000 });

  beforeAll(async () => {
    await makeImages(lab, environment);
    images = readEnv(readFileSync(join(folder, "images.env"), "utf8"));
  }, 600_000);
  afterAll(async () => {
    await run("docker", ["rm", "-f", "-v", postgres], { timeoutMs: 60_000 });
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);

  test("what cannot be made is named", () => {
    for (const name of ["stalwart", "garage", "maddy"]) expect(said.join("\n")).toMatch(new RegExp(`without ${name}: .*LAB_${name.toUpperCase()}`));
  });

  test("a second time nothing is built", async () => {
    said.length = 0;
    await makeImages(lab, environment);
    const lines = said.filter((line) => line.startsWith("tailwart-lab/"));
    expect(lines.length).toBeGreaterThanOrEqual(6);
    expect(lines.filter((line) => !line.endsWith("is as it was"))).toEqual([]);
  }, 300_000);

  test.each<[variable: string, command: string[], answer: RegExp]>([
    ["BASE_IMAGE", ["sh", "-c", "echo hello | awk '{print $1}'; type nc wget"], /^hello\n(.*nc.*)\n(.*wget.*)/],
    ["TAILSCALE_IMAGE", ["tailscale", "version"], /^1\.\d+\.\d+/],
    ["LAB_HEADSCALE_IMAGE", ["headscale", "version"], /headscale|v?\d+\.\d+/],
    ["LAB_WORLD_IMAGE", ["sh", "-c", "nsd -v 2>&1; command -v postfix"], /NSD version[^]*postfix/],
    ["LAB_WORLD_IMAGE", ["swaks", "--version"], /swaks/],
    ["REDIS_IMAGE", ["redis-server", "--version"], /^Redis server v=/],
    ["STARTER_IMAGE", ["docker", "--version"], /^Docker version/],
  ])("%s runs %j", async (variable, command, answer) => expect(await inside(images[variable], ...command)).toMatch(answer), 60_000);

  test("PostgreSQL takes the official image's variables, and asks for the password on loopback too", async () => {
    const password = join(folder, "password");
    writeFileSync(password, "right\n", { mode: 0o644 });
    const settings = { POSTGRES_USER: "mail", POSTGRES_DB: "letters", POSTGRES_PASSWORD_FILE: "/run/secrets/password", POSTGRES_INITDB_ARGS: "--auth-local=scram-sha-256 --auth-host=scram-sha-256" };
    await must("docker", ["run", "-d", "--name", postgres, "--network", "none", "--user", "999:999", "-v", `${password}:/run/secrets/password:ro`, ...Object.entries(settings).flatMap(([name, value]) => ["-e", `${name}=${value}`]), images.POSTGRES_IMAGE], { timeoutMs: 60_000 });
    const ask = (word: string) => run("docker", ["exec", "-e", `PGPASSWORD=${word}`, postgres, "psql", "-h", "127.0.0.1", "-U", "mail", "-d", "letters", "-qtAc", "select 1"], { timeoutMs: 20_000 });
    await until("PostgreSQL answers", async () => (await ask("right")).code === 0, { timeoutMs: 90_000, everyMs: 500 });
    const wrong = await ask("wrong");
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toMatch(/password authentication failed/);
  }, 120_000);
});
