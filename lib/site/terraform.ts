import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEvent, type TerraformEvent } from "./events";
import { lastLine, run } from "./run";

export interface TerraformRun {
  readonly status: number;
  readonly events: readonly TerraformEvent[];
  /** what it said outside of events, in one line */
  readonly rest: string;
}

/** What we read of a state. */
export interface TerraformState {
  readonly resources?: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    /** `provider["registry.terraform.io/kreuzwerker/docker"].nyc`, the alias at its end */
    readonly provider: string;
    readonly instances: readonly { readonly attributes?: { readonly name?: string; readonly keep_locally?: boolean } }[];
  }[];
}

type Listener = (event: TerraformEvent) => void;

/** Terraform in one stack's folder. What it reads itself (PG_CONN_STR, AWS_…, TF_…) it gets from our environment, untouched. */
export class Terraform {
  constructor(
    /** has the stack's cdk.tf.json */
    readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  private get program(): string {
    return this.environment.TERRAFORM_BINARY_NAME || "terraform";
  }

  /** Like the cdktf command: no questions, no look for a newer version. */
  private async json(args: readonly string[], onEvent: Listener = () => undefined): Promise<TerraformRun> {
    const events: TerraformEvent[] = [];
    const onLine = (line: string): void => {
      const event = parseEvent(line);
      if (event === undefined) return;
      events.push(event);
      onEvent(event);
    };
    const { status, stdout, stderr } = await this.plain(args, onLine);
    const loose = stdout.split("\n").filter((line) => line.trim() !== "" && parseEvent(line) === undefined);
    return { status, events, rest: lastLine(stderr) || (loose.pop() ?? "") };
  }

  private plain(args: readonly string[], onLine?: (line: string) => void) {
    return run(this.program, args, { cwd: this.folder, environment: { ...this.environment, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_INPUT: "0" }, onLine });
  }

  /**
   * Gets providers and opens the state; does nothing when that was done by the same program and version, for the same
   * providers and the same place of state: Terraform and OpenTofu cannot use each other's lock file.
   * @returns what went wrong, in one line
   */
  async init(): Promise<string | undefined> {
    const { terraform } = JSON.parse(readFileSync(join(this.folder, "cdk.tf.json"), "utf8")) as { terraform: unknown };
    const mark = createHash("sha256").update(JSON.stringify([terraform, await this.version()])).digest("hex");
    const file = join(this.folder, ".terraform", "tailwart-init");
    if (existsSync(file) && readFileSync(file, "utf8") === mark) return undefined;
    const { status, stdout, stderr } = await this.plain(["init", "-input=false", "-no-color"]);
    if (status !== 0) return initProblem(`${stderr}\n${stdout}`);
    writeFileSync(file, mark);
    return undefined;
  }

  /** The program and its version in its own words: `Terraform v1.11.4`, `OpenTofu v1.11.14`; its name when it says nothing. */
  private async version(): Promise<string> {
    const { status, stdout } = await this.plain(["version"]);
    return (status === 0 ? stdout.split("\n")[0].trim() : "") || this.program;
  }

  /**
   * status 0: nothing to do, 2: changes, else an error
   * @param again addresses that are applied again although nothing of them changed
   */
  plan(file: string, again: readonly string[] = [], onEvent?: Listener): Promise<TerraformRun> {
    return this.json(["plan", "-json", "-input=false", "-detailed-exitcode", ...again.map((address) => `-replace=${address}`), `-out=${file}`], onEvent);
  }

  /** Carries out a plan and takes its file away. */
  async apply(file: string, onEvent?: Listener): Promise<TerraformRun> {
    try {
      return await this.json(["apply", "-json", "-input=false", file], onEvent);
    } finally {
      rmSync(join(this.folder, file), { force: true });
    }
  }

  /** Only `targets` and what depends on them. */
  destroy(targets: readonly string[], onEvent?: Listener): Promise<TerraformRun> {
    return this.json(["destroy", "-json", "-input=false", "-auto-approve", ...targets.map((target) => `-target=${target}`)], onEvent);
  }

  /** The state as it lies there (version 4 of its format); undefined when it cannot be read or is empty. */
  async state(): Promise<TerraformState | undefined> {
    const { status, stdout } = await this.plain(["state", "pull"]);
    return status === 0 && stdout.trim() !== "" ? (JSON.parse(stdout) as TerraformState) : undefined;
  }

  /**
   * Takes resources out of the state and leaves them alone where they are.
   * @returns what went wrong, in one line
   */
  async forget(addresses: readonly string[]): Promise<string | undefined> {
    const { status, stderr } = await this.plain(["state", "rm", "-no-color", ...addresses]);
    return status === 0 ? undefined : initProblem(stderr);
  }

  /** Addresses in the state; undefined when it cannot be read. */
  async resources(): Promise<readonly string[] | undefined> {
    const { status, stdout, stderr } = await this.plain(["state", "list", "-no-color"]);
    if (status === 0) return stdout.split("\n").filter((line) => line !== "");
    return /No state file was found/.test(stderr) ? [] : undefined;
  }
}

/** From Terraform's frame of bars to one line: headline and first sentence. */
export function initProblem(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/^[\s│╷╵]+/, "").trim())
    .filter((line) => line !== "");
  const at = lines.findIndex((line) => line.startsWith("Error: "));
  if (at === -1) return lines.pop() ?? "terraform init failed";
  return lines.slice(at, at + 4).join(" ").slice("Error: ".length);
}
