import { run, type Ran, type RunOptions } from "./run";

export interface ContainerState {
  readonly status: string;
  /** undefined without a health check */
  readonly health?: string;
  readonly restarts: number;
  readonly started: Date;
}

/** A Docker engine, through the docker command; every call has its time. */
export class Engine {
  constructor(
    /** DOCKER_HOST */
    readonly host: string,
    readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  docker(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return run("docker", ["-H", this.host, ...args], { environment: this.environment, seconds: 60, noTerminal: true, ...options });
  }

  /** What it says when it does not answer; undefined when it does. */
  async silence(seconds: number): Promise<string | undefined> {
    const { status, stderr } = await this.docker(["version", "--format", "{{.Server.Version}}"], { seconds });
    if (status === 0) return undefined;
    if (status === 124) return `no answer within ${seconds} s`;
    const ssh = /stderr=(.*)/s.exec(stderr)?.[1] ?? stderr;
    const lines = ssh.trim().split("\n").map((line) => line.trim());
    // Of ssh's and docker's lines the first that is no banner says most.
    return (lines.find((line) => /denied|refused|resolve|verification|timed out|No such file|no such host|not found|Cannot connect|unreachable|No route/i.test(line)) ?? lines.pop() ?? "").slice(0, 300);
  }

  async hasImage(name: string): Promise<boolean> {
    return (await this.docker(["image", "inspect", "--format", "{{.Id}}", name])).status === 0;
  }

  pull(name: string): Promise<Ran> {
    return this.docker(["pull", "-q", name], { seconds: 900 });
  }

  async container(name: string): Promise<ContainerState | undefined> {
    const { status, stdout } = await this.docker(["inspect", "--type", "container", "--format", "{{json .State}} {{.RestartCount}}", name]);
    if (status !== 0) return undefined;
    const [, state, restarts] = /^(.*) (\d+)$/s.exec(stdout.trim()) ?? [];
    const { Status, Health, StartedAt } = JSON.parse(state) as { Status: string; Health?: { Status: string }; StartedAt: string };
    return { status: Status, health: Health?.Status, restarts: Number(restarts), started: new Date(StartedAt) };
  }

  /** Whether a container's own health check passes now; the engine asks it for the first time only after a whole interval. */
  async checks(container: string): Promise<boolean> {
    const { status, stdout } = await this.docker(["inspect", "--type", "container", "--format", "{{json .Config.Healthcheck.Test}}", container]);
    const [kind, ...command] = status === 0 ? ((JSON.parse(stdout) as string[] | null) ?? []) : [];
    return kind === "CMD" && (await this.exec(container, command, { seconds: 20 })).status === 0;
  }

  exec(container: string, command: readonly string[], { user, ...options }: RunOptions & { readonly user?: string } = {}): Promise<Ran> {
    return this.docker(["exec", ...(options.input === undefined ? [] : ["-i"]), ...(user === undefined ? [] : ["-u", user]), container, ...command], options);
  }

  logs(container: string, lines: number): Promise<Ran> {
    return this.docker(["logs", "--tail", String(lines), container]);
  }
}
