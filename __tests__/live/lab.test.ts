import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, program, type Need } from "./programs";
import { PROVIDERS, TERRAFORM } from "./terraform";

const REPOSITORY = join(__dirname, "..", "..");
const FOLDER = process.env.LAB_FOLDER ?? join(REPOSITORY, ".lab");
const HOST = process.env.LAB_DOCKER_HOST ?? process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";

const ENGINE: Need = {
  name: "a Docker engine with the lab's stand-ins, Stalwart's among them",
  optional: true,
  hint: "start Docker and run npm run lab:images with LAB_STALWART; LAB_DOCKER_HOST names another engine",
  met: () => existsSync(join(FOLDER, "images.env")) && /^STALWART_IMAGE=/m.test(readFileSync(join(FOLDER, "images.env"), "utf8")) && program("docker") !== undefined && spawnSync("docker", ["-H", HOST, "version"], { timeout: 20_000 }).status === 0,
};

/** One of the lab's commands. @returns what it printed; a broken promise or a word of complaint ends the test */
function lab(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "lab", "--", ...words], { cwd: REPOSITORY, encoding: "utf8", timeout: 1_500_000, maxBuffer: 1 << 26 });
  expect({ status, stderr, broken: stdout.split("\n").filter((line) => / FAIL |PROBLEM| NO /.test(line)) }).toEqual({ status: 0, stderr: "", broken: [] });
  return stdout;
}
const left = (): string => spawnSync("docker", ["-H", HOST, "ps", "-aq", "--filter", "name=^tailwart-"], { encoding: "utf8" }).stdout;

describeWith([TERRAFORM, PROVIDERS, ENGINE], "the lab", () => {
  afterAll(() => void spawnSync("npm", ["run", "--silent", "lab", "--", "down"], { cwd: REPOSITORY, timeout: 300_000 }), 310_000);

  test(
    "comes up, keeps every promise with each mail server, and leaves nothing behind",
    () => {
      expect(lab("all")).toMatch(/all \d+ promises kept/);
      expect(left()).toBe("");
    },
    1_600_000,
  );

  test(
    "heals by itself when the edge is restarted and when the mail server is killed, and no message is lost",
    () => {
      lab("up", "--server", "stalwart");
      expect(lab("faults", "--only", "edge-restarted,server-killed")).toMatch(/2 rehearsed, healed by itself each time, nothing lost/);
      lab("down");
      expect(left()).toBe("");
    },
    1_600_000,
  );
});
