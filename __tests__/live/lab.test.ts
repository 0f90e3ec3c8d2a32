import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describeWith, program, type Need } from "./programs";
import { PROVIDERS, TERRAFORM } from "./terraform";

const REPOSITORY = join(__dirname, "..", "..");
const FOLDER = process.env.LAB_FOLDER ?? join(REPOSITORY, ".lab");
const HOST = process.env.LAB_DOCKER_HOST ?? process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";

const ENGINE: Need = {
  name: "a Docker engine with the lab's stand-ins",
  optional: true,
  hint: "start Docker and run npm run lab:images; LAB_DOCKER_HOST names another engine",
  met: () => existsSync(join(FOLDER, "images.env")) && program("docker") !== undefined && spawnSync("docker", ["-H", HOST, "version"], { timeout: 20_000 }).status === 0,
};

describeWith([TERRAFORM, PROVIDERS, ENGINE], "the lab", () => {
  test(
    "comes up, keeps every promise with each mail server, and leaves nothing behind",
    () => {
      const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "lab", "--", "all"], { cwd: REPOSITORY, encoding: "utf8", timeout: 1_500_000, maxBuffer: 1 << 26 });
      expect({ status, stderr, broken: stdout.split("\n").filter((line) => / FAIL /.test(line)) }).toEqual({ status: 0, stderr: "", broken: [] });
      expect(stdout).toMatch(/all \d+ promises kept/);
      const left = spawnSync("docker", ["-H", HOST, "ps", "-aq", "--filter", "name=^tailwart-"], { encoding: "utf8" });
      expect(left.stdout).toBe("");
    },
    1_600_000,
  );
});
