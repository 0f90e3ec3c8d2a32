import { assetText } from "../asset";
import type { Engine } from "../site/engine";
import { lastLine } from "../site/run";
import type { Beside, Counted, There } from "./beside";
import { dockerBetween, type Ends } from "./docker";
import type { Say } from "./progress";
import { tarEntries } from "./tar";

/** Runs a verb of volume.sh. @returns what it says, when that goes to no file */
export type Volume = (verb: "hold" | "pack" | "look" | "stage" | "swap" | "tidy", ends?: Ends) => Promise<string>;

/** volume.sh beside a container that may be stopped: in a container of its image, with its volumes, without a network. */
export const volumeOf =
  (engine: Engine, container: string): Volume =>
  async (verb, ends = {}) => {
    const { status, stdout, stderr } = await engine.docker(["inspect", "--type", "container", "--format", "{{.Image}}", container]);
    if (status !== 0) throw new Error(`${container}: ${lastLine(stderr)}`);
    const sealed = ["--rm", "-i", "--init", "--network", "none", "--log-driver", "none", "--user", "0:0", "--volumes-from", container];
    const script = ["--entrypoint", "sh", stdout.trim(), "-c", assetText("backup/volume.sh"), "volume.sh", verb];
    return dockerBetween(engine.host, ["run", ...sealed, ...script], ends, engine.environment).catch((error: Error) => {
      throw new Error(`the files of ${container} (${verb}): ${error.message}`);
    });
  };

/** Texts of messages in an archive, and those that were only held (volume.sh). */
const TEXT = /^(?:messages|\.held)\/([^/]+)$/;
/** A message to be sent has three files; without this one it does not count (maddy, internal/target/queue). */
const QUEUED = /^remote_queue\/[^/]+\.meta$/;

/** The database, as far as it names texts. */
export interface Index {
  named(dump: string): Promise<readonly string[]>;
  /** takes messages out of the mailboxes whose texts have these names */
  forget(names: readonly string[]): Promise<void>;
}

/** maddy's files: the texts of messages, the queue, the DKIM keys. */
export class VolumeFiles implements Beside {
  readonly file = "files.tar";
  readonly what = "files";

  private gone: readonly string[] = [];

  constructor(
    private readonly volume: Volume,
    private readonly index: Index,
  ) {}

  async there(): Promise<There> {
    const [objects, queued] = (await this.volume("look")).trim().split(/\s+/).map(Number);
    return { objects, queued };
  }
  async hold(): Promise<void> {
    await this.volume("hold");
  }
  async copy(archive: string): Promise<Partial<Counted>> {
    await this.volume("pack", { to: archive });
    return {};
  }
  async count(archive: string): Promise<Counted> {
    const found = { objects: 0, objectBytes: 0 };
    for await (const { type, body } of tarEntries(archive)) {
      if (type !== undefined) continue;
      found.objects += 1;
      found.objectBytes += body.length;
    }
    return found;
  }
  async missing(archive: string, dump: string): Promise<readonly string[]> {
    const there = new Set<string>();
    for await (const { name } of tarEntries(archive)) there.add(TEXT.exec(name)?.[1] ?? "");
    return [...new Set(await this.index.named(dump))].filter((name) => !there.has(name));
  }
  async bring(archive: string, dump: string, say: Say): Promise<void> {
    this.gone = await this.missing(archive, dump);
    await this.volume("stage", { from: archive });
    let queued = 0;
    for await (const { name } of tarEntries(archive)) if (QUEUED.test(name)) queued += 1;
    if (queued > 0) say(`${queued} messages of the backup's queue are to be sent; those that went out after the backup was made go out twice`);
  }
  async settle(_: boolean, say: Say): Promise<void> {
    await this.volume("swap");
    if (this.gone.length === 0) return;
    await this.index.forget(this.gone);
    say(`${this.gone.length} messages that were deleted during the backup stay deleted`);
  }
  async tidy(): Promise<void> {
    await this.volume("tidy");
  }
}
