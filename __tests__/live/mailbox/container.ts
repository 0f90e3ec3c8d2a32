import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MailServer } from "../../../lib/mailbox/server";
import type { Ran } from "../../../lib/site/run";
import { must, run, until, type Result, type Running } from "../processes";
import { pathOf, type Need } from "../programs";
import type { Namespace } from "../world";

export interface ContainerProps {
  readonly folder: string;
  readonly server: MailServer;
  /** the server's program, and where the official image has it */
  readonly program: Need;
  readonly place: string;
  /** what would be uploaded from the operator's machine: path in the container to content */
  readonly secrets: Readonly<Record<string, string>>;
  /** settings of the scripts that make a test faster */
  readonly settings?: Readonly<Record<string, string>>;
  /** the image is Alpine: its shell and all tools but getent are busybox' */
  readonly alpine?: Need;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const BUSYBOX = "/opt/busybox";

/** The mail server's container without an engine: its files at their places, its user, its network namespace. */
export class Container {
  private readonly root: string;
  private starts = 0;
  private now?: Running;
  private guard?: string;
  private files: MailServer["files"];

  constructor(
    private readonly namespace: Namespace,
    private readonly props: ContainerProps,
  ) {
    const { server, secrets } = props;
    this.root = join(props.folder, "container");
    this.files = server.files;
    for (const folder of ["files", "work", "merged"]) mkdirSync(join(this.root, folder), { recursive: true });
    this.place(server.files);
    for (const { path } of server.secretFiles) {
      if (secrets[path] === undefined) throw new Error(`the test gives no content for ${path}`);
      this.write(path, secrets[path], 0o440);
    }
    this.write("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    this.write("/etc/hosts", "127.0.0.1 localhost\n");
    this.write("/netns/id", "first\n");
    if (props.alpine) this.useBusybox(pathOf(props.alpine));
    const [uid, gid] = server.user.split(":").map(Number);
    for (const { path } of server.volumes) {
      mkdirSync(this.at(path), { recursive: true });
      chownSync(this.at(path), uid, gid);
    }
  }

  private useBusybox(busybox: string): void {
    const folder = this.at(BUSYBOX);
    mkdirSync(folder, { recursive: true });
    for (const applet of execFileSync(busybox, ["--list"], { encoding: "utf8" }).split("\n").filter(Boolean)) symlinkSync(busybox, join(folder, applet));
    symlinkSync("/usr/bin/getent", join(folder, "getent"));
    mkdirSync(this.at("/usr/bin"), { recursive: true });
    symlinkSync(busybox, this.at("/usr/bin/sh"));
  }

  private at(path: string): string {
    return join(this.root, "files", path);
  }
  private place(files: MailServer["files"]): void {
    for (const { path, content, executable } of files) this.write(path, content, executable ? 0o755 : 0o644);
  }
  /** What a deploy after a change of the contract does: another container with other files, and the same volumes. */
  replace({ files }: MailServer): void {
    for (const { path } of this.files) rmSync(this.at(path), { force: true });
    this.files = files;
    this.place(files);
  }
  /** A file of the container, while it does not run. */
  write(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    rmSync(this.at(path), { force: true });
    writeFileSync(this.at(path), content);
    chmodSync(this.at(path), mode);
  }
  /** The guard's word, as if it guarded the namespace that the container finds at its next start. */
  mark(text: string): void {
    this.guard = text;
    this.write("/netns/guard", text.replace(/^.*\n/, this.read("/netns/id")));
  }
  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  /** The same while it runs: what lies over this machine's files must not change under a running program. */
  async overwrite(path: string, content: string): Promise<void> {
    await must("nsenter", ["-t", String(this.running.pid), "-m", "-r", "sh", "-c", 'cat >"$1"', "sh", path], { input: content });
  }
  /** What a command prints inside. */
  inside(command: string, args: readonly string[]): Promise<string> {
    return must("nsenter", ["-t", String(this.running.pid), "-m", "-n", "-r", "--wd=/", command, ...args]);
  }

  /** The same for one that may fail, as the engine's exec. */
  async exec(command: readonly string[], input: string): Promise<Ran> {
    const { code, ...said } = await run("nsenter", ["-t", String(this.running.pid), "-m", "-n", "-r", "--wd=/", ...command], { input });
    return { status: code, ...said };
  }

  private environment(more: Readonly<Record<string, string>> = {}): string[] {
    return Object.entries({ PATH: this.props.alpine ? BUSYBOX : PATH, ...this.props.server.environment, ...this.props.settings, ...more }).map(([name, value]) => `${name}=${value}`);
  }

  /** Starts it; each start has a log of its own. */
  async start(settings: Readonly<Record<string, string>> = {}): Promise<Running> {
    const { server, program, place, folder } = this.props;
    const [uid, gid] = server.user.split(":");
    if (this.guard !== undefined) this.mark(this.guard);
    await must("ip", ["netns", "exec", this.namespace.name, "sysctl", "-q", "-w", "net.ipv4.ip_unprivileged_port_start=0"]);
    const enter = [join(__dirname, "enter.sh"), this.root, pathOf(program), place, "-all,+net_bind_service", uid, gid];
    this.now = await this.namespace.start("sh", [...enter, "/usr/bin/env", "-i", ...this.environment(settings), ...server.entrypoint], { log: join(folder, `${server.name}-${++this.starts}.log`) });
    return this.now;
  }

  get running(): Running {
    if (this.now === undefined) throw new Error("the container was never started");
    return this.now;
  }
  /** What it printed since its last start. */
  log(): string {
    return this.running.output();
  }

  /** Starts it and waits until all the ports are open. */
  async up(ports: readonly number[], settings?: Readonly<Record<string, string>>): Promise<void> {
    await this.namespace.untilListening(ports, await this.start(settings), 30_000);
  }
  /** Ends it as the engine does. */
  async down(): Promise<void> {
    await this.now?.stop();
  }
  /** Waits for it to end by itself. @returns what it printed */
  async untilLeft(timeoutMs = 20_000): Promise<string> {
    await until("the container to end by itself", () => !this.running.alive, { timeoutMs, detail: () => this.log().slice(-2000) });
    return this.log();
  }

  /** The health command, inside, as the engine runs it. */
  health(): Promise<Result> {
    const inside = ["-t", String(this.running.pid), "-m", "-n", "-r", "--wd=/"];
    return run("nsenter", [...inside, "/usr/bin/env", "-i", ...this.environment(), ...this.props.server.healthCommand]);
  }
}
