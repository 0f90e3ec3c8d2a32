import { spawn } from "node:child_process";
import { connect } from "node:net";
import { Duplex } from "node:stream";

/** A way to a TCP port, and in words where it starts. */
export interface Way {
  readonly from: string;
  open(host: string, port: number): Duplex;
}

/**
 * What a program says on its standard output and hears on its standard input, as a socket. Unlike a bare pair of pipes
 * it ends with the program's own last words when the program failed before it said anything.
 */
class ProgramSocket extends Duplex {
  private readonly child;

  constructor(command: string, args: readonly string[], environment?: NodeJS.ProcessEnv) {
    super();
    const child = spawn(command, args, { env: environment, stdio: "pipe" });
    this.child = child;
    let said = "";
    let heard = false;
    child.stdout.on("data", (data: Buffer) => {
      heard = true;
      if (!this.push(data)) child.stdout.pause();
    });
    child.stderr.on("data", (data: Buffer) => (said = `${said}${data.toString()}`.slice(-1000)));
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => this.destroy(error));
    child.once("close", (code) => (heard || code === 0 ? this.push(null) : this.destroy(new Error(said.trim().split("\n").pop() || `it ended with exit code ${code}`))));
  }

  override _read(): void {
    this.child.stdout.resume();
  }
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.child.stdin.write(chunk)) done();
    else this.child.stdin.once("drain", done);
  }
  override _final(done: () => void): void {
    this.child.stdin.end(done);
  }
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.child.stdin.destroy();
    this.child.kill();
    done(error);
  }

  // An HTTP agent takes these for granted.
  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;
  setTimeout = (): this => this;
  ref = (): this => this;
  unref = (): this => this;
}

/** From this machine. */
export const fromHere: Way = { from: "this machine", open: (host, port) => connect({ host, port }) };

/**
 * From inside a container, by the nc that is there: with the names, routes and rights that its programs have, and over
 * whatever reaches the engine. What is said goes through standard input, so no secret stands on a command line.
 */
export const fromContainer = (dockerHost: string, container: string, from: string, environment?: NodeJS.ProcessEnv): Way => ({
  from,
  open: (host, port) => new ProgramSocket("docker", ["-H", dockerHost, "exec", "-i", container, "nc", host, String(port)], environment),
});
