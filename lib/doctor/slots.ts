import { Engine } from "../site/engine";
import type { Ran, RunOptions } from "../site/run";

/** Lets so many run at a time; the others wait in line. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private busy = 0;

  constructor(private readonly most: number) {}

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.busy += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The slot goes over to who waits.
      if (next === undefined) this.busy -= 1;
      else next();
    }
  }
}

/** An engine that is asked a few things at a time: over ssh each is a login, and sshd refuses the eleventh that comes at once (MaxStartups). */
export class PatientEngine extends Engine {
  constructor(
    host: string,
    environment: NodeJS.ProcessEnv,
    private readonly slots: Slots,
  ) {
    super(host, environment);
  }

  override docker(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return this.slots.use(() => super.docker(args, options));
  }
}
