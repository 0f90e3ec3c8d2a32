import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../lib/docker/starter.sh");
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const NAME = "tailwart-postgres";
const ID = "0123456789ab";
const UP = { well: "running|Up 2 minutes (healthy)", ill: "running|Up 2 minutes (unhealthy)", starting: "running|Up 3 seconds (health: starting)", paused: "paused|Up 2 minutes (Paused)", exited: "exited|Exited (0) 2 seconds ago", old: "running|Up 3 hours (unhealthy)" } as const;
type State = keyof typeof UP | "gone";
/** Looks of the health check: an exit code and what was said. */
type Log = readonly (readonly [code: number, said: string])[];

const OWN: Log = [[1, "no greeting"], [1, "no greeting"], [1, "no greeting"]];

interface Scene {
  /** what each look at the engine finds; then the engine is gone, and the starter leaves */
  readonly looks: readonly State[];
  readonly log?: Log;
  /** signals that the container has got since its start */
  readonly signals?: readonly number[];
  /** whether the owner of its namespace runs @default it owns its network */
  readonly owner?: "true false" | "false false";
  readonly retries?: number;
  /** of its health command, as the docker command prints it @default 8s */
  readonly limit?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** what inspect says of the state, when the listing was late @default running unhealthy */
  readonly now?: string;
}

/** The docker command of an engine that has one container. */
function double(folder: string, { looks, log = OWN, signals = [], owner, retries = 0, limit = "8s", now = "running unhealthy" }: Scene): void {
  const write = (name: string, text: string, mode = 0o644): void => writeFileSync(join(folder, name), text, { mode });
  looks.forEach((state, index) => write(`ps.${index + 1}`, state === "gone" ? "another|running|Up 1 second\n" : `another|running|Up 1 second\n${NAME}|${UP[state]}\n`));
  const network = owner === undefined ? "bridge" : "container:owner";
  const entries = log.map(([code, said]) => `=look= ${code}\n${said}`).join("\n");
  write("inspect", `${ID} ${now} ${network} 2030-01-01T00:00:00Z ${retries} ${limit}\n${entries}\n`);
  write("signals", signals.map((signal) => `${signal}\n`).join(""));
  write("looks", "0\n");
  write(
    "docker",
    `#!/bin/sh
cd ${folder}
echo "$*" >>calls
case "$1 $*" in
  ps*) n=$(($(cat looks) + 1)); echo $n >looks; cat ps.$n ;;
  inspect*Running*) echo ${owner ?? "true false"} ;;
  inspect*) cat inspect ;;
  events*) cat signals ;;
esac
`,
    0o755,
  );
}

function lookAfter(shell: readonly string[], scene: Scene): { said: string[]; restarts: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-starter-"));
  folders.push(folder);
  double(folder, scene);
  const [command, ...args] = shell;
  const { stderr } = spawnSync(command, [...args, SCRIPT, NAME], {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, BEAT: join(folder, "beat"), NOTES: folder, SELF: "", FAST: "0.02", PATIENCE: "0", ...scene.environment },
  });
  const lines = stderr.split("\n").filter(Boolean).map((line) => line.replace(/^starter: /, ""));
  expect(lines.slice(-2)).toEqual([expect.stringMatching(/^the engine does not answer/), expect.stringMatching(/^leaving/)]);
  const calls = readFileSync(join(folder, "calls"), "utf8").split("\n");
  return { said: lines.slice(1, -2), restarts: calls.filter((call) => call.startsWith("restart") || call.startsWith("start")) };
}

const RESTART = `restart -t 10 ${ID}`;
const times = (count: number, state: State): State[] => Array.from({ length: count }, () => state);
const own = (...said: string[]): Log => said.map((text) => [1, text]);

const SHELLS = [["dash"], ["busybox", "sh"]].filter(([command]) => spawnSync(command, [...(command === "busybox" ? ["true"] : ["-c", "true"])]).status === 0);

describe.each(SHELLS.map((shell) => [shell.join(" "), shell] as const))("the starter, under %s,", (_, shell) => {
  test.each<[what: string, scene: Scene, said: (RegExp | string)[], restarts: number]>([
    ["restarts what stays unhealthy by its own fault", { looks: ["well", "ill"] }, [`${NAME} was unhealthy and has been restarted (1 within 60 min): no greeting`], 1],
    ["names a health command that hangs", { looks: ["well", "ill"], log: [-1, -1, -1].map((code) => [code, "Health check exceeded timeout (8s)"]) }, [/\(1 within 60 min\): its health command does not come back in 8s$/], 1],
    ["also as another version prints its limit", { looks: ["well", "ill"], limit: "8000000000", log: own("Health check exceeded timeout (8s)", "Health check exceeded timeout (8s)", "Health check exceeded timeout (8s)") }, [/does not come back in 8s$/], 1],
    ["names one that says nothing", { looks: ["well", "ill"], log: own("", "", "") }, [/: its health command ends with 1 and says nothing$/], 1],
    ["says so when it is healthy again", { looks: ["well", "ill", "starting", "well", "well"] }, [/has been restarted/, `${NAME} is healthy again`], 1],
    ["leaves alone what waits for something else, with one line", { looks: ["well", ...times(3, "ill")], log: own("waiting: PostgreSQL (db:5432)", "x", "waiting: PostgreSQL (db:5432)") }, [`${NAME} is unhealthy and waits for PostgreSQL (db:5432); a restart would not help, left alone`], 0],
    ["finds that in any line of several", { looks: ["well", "ill"], log: own("a\nwaiting: b\nc") }, [/waits for b;/], 0],
    ["gives time to come round after what was awaited is back", { looks: ["well", ...times(3, "ill")], log: own("no greeting", "no greeting", "waiting: PostgreSQL", "no greeting", "no greeting") }, [], 0],
    ["counts looks since the last good one", { looks: ["well", "ill"], log: [[1, "no"], [0, "220"], [1, "no"], [1, "no"]] }, [], 0],
    ["asks for as many bad looks as the health check has retries", { looks: ["well", "ill"], retries: 5, log: own("a", "a", "a", "a") }, [], 0],
    ["and restarts then", { looks: ["well", "ill"], retries: 5, log: own("a", "a", "a", "a", "a") }, [/: a$/], 1],
    ["leaves a paused one alone, with one line", { looks: ["well", ...times(3, "paused")] }, [`${NAME} is paused; left alone`], 0],
    ["leaves a stopped one alone", { looks: ["well", ...times(3, "exited")] }, [], 0],
    ["leaves one alone that is being stopped", { looks: ["well", ...times(3, "ill")], signals: [15] }, [`${NAME} is unhealthy and has been told to stop; left alone`], 0],
    ["by the signal that its image names", { looks: ["well", "ill"], signals: [2] }, [/told to stop/], 0],
    ["and not by a signal that stops nothing", { looks: ["well", "ill"], signals: [19, 1] }, [/restarted/], 1],
    ["leaves alone what is gone, or another one since", { looks: ["well", "gone", "ill"], now: "exited unhealthy" }, [], 0],
    ["leaves alone what has become healthy meanwhile", { looks: ["well", "ill"], now: "running healthy" }, [], 0],
    ["leaves joiners alone while the owner is down", { looks: ["well", ...times(3, "ill")], owner: "false false" }, [], 0],
    ["restarts a joiner whose owner runs", { looks: ["well", "ill"], owner: "true false" }, [/restarted/], 1],
    ["gives time to one that has not been healthy since its start", { looks: ["starting", ...times(3, "ill")] }, [`${NAME} is unhealthy and has not been healthy since its start; restarted in 600 s if it stays so: no greeting`], 0],
    ["and restarts it then", { looks: ["starting", "ill"], environment: { UNPROVEN: "0" } }, [/restarted/], 1],
    ["knows one that has run for hours", { looks: ["old"] }, [/restarted/], 1],
    ["stops after four restarts in an hour, with one line", { looks: times(9, "ill"), environment: { UNPROVEN: "0", PAUSES: "0 0 0 0" } }, [/\(1 within/, /\(2 within/, /\(3 within/, /\(4 within/, /unhealthy again after 4 restarts within 60 min and is left alone for now; look at: docker logs tailwart-postgres\. no greeting$/], 4],
    ["pauses between two restarts", { looks: times(6, "ill"), environment: { UNPROVEN: "0", PAUSES: "0 60" } }, [/\(1 within/], 1],
    ["forgets restarts after an hour", { looks: times(6, "ill"), environment: { UNPROVEN: "0", PAUSES: "0", HOUR: "0" } }, times(6, "ill").map(() => /restarted \(1 within/), 6],
  ])("%s", (_, scene, said, restarts) => {
    const seen = lookAfter(shell, scene);
    expect(seen.said).toEqual(said.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))));
    expect(seen.restarts).toEqual(Array.from({ length: restarts }, () => RESTART));
  });
});

test("a socket of another engine ends the deploy with what to set", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-starter-"));
  folders.push(folder);
  writeFileSync(join(folder, "docker"), "#!/bin/sh\necho 'Error response from daemon: No such container: abc' >&2\nexit 1\n", { mode: 0o755 });
  const { status, stderr } = spawnSync("sh", [SCRIPT, NAME], { encoding: "utf8", env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, NOTES: folder, SELF: "abc" } });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^start: giving up: the socket .* is another engine's.*MAILBOX_DOCKER_SOCKET.*ENGINE_STARTER=false$/m);
});
