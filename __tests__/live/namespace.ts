import { must, run, Running, type Result, type RunOptions, type StartOptions, until } from "./processes";

/** One machine of the world. Programs in it see its network, and its own resolv.conf. */
export class Namespace {
  constructor(readonly name: string) {}

  private command(program: string, args: readonly string[]): readonly string[] {
    return ["netns", "exec", this.name, program, ...args];
  }
  run(program: string, args: readonly string[] = [], options?: RunOptions): Promise<Result> {
    return run("ip", this.command(program, args), options);
  }
  must(program: string, args: readonly string[] = [], options?: RunOptions): Promise<string> {
    return must("ip", this.command(program, args), options);
  }
  /** `ip netns exec` becomes the program, so its process id is the program's. */
  start(program: string, args: readonly string[], options: StartOptions): Promise<Running> {
    return Running.start("ip", this.command(program, args), options);
  }
  /** Adds an address to an interface, `wan` or `tailnet`. */
  addAddress(device: "wan" | "tailnet" | "lo", address: string, bits: number): Promise<string> {
    return must("ip", ["-n", this.name, "addr", "add", `${address}/${bits}`, "dev", device, ...(address.includes(":") ? ["nodad"] : [])]);
  }
  removeAddress(device: "wan" | "tailnet" | "lo", address: string, bits: number): Promise<string> {
    return must("ip", ["-n", this.name, "addr", "del", `${address}/${bits}`, "dev", device]);
  }
  /** Something listens on the TCP port. */
  async listening(port: number): Promise<boolean> {
    return (await this.must("ss", ["-Hltn", `sport = :${port}`])).trim() !== "";
  }
  /** @throws Error with the end of the program's log when it dies or takes too long */
  async untilListening(ports: readonly number[], running: Running, timeoutMs = 10_000): Promise<void> {
    const detail = (): string => running.output().slice(-2000);
    for (const port of ports) {
      await until(`port ${port} in ${this.name}`, () => {
        if (!running.alive) throw new Error(`the program that should listen on port ${port} ended\n${detail()}`);
        return this.listening(port);
      }, { timeoutMs, detail });
    }
  }
}
