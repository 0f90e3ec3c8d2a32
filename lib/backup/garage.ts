import type { Bucket } from "../backends/s3/client";
import type { Beside, Counted, There } from "./beside";
import { copyBlobs, countBlobs, putBlobs, removeOthers, type Copied } from "./blobs";
import { every, megabytes, type Say } from "./progress";

/** Stalwart's messages: objects that never change, named by a hash of what is in them, and purged long after they are deleted. */
export class GarageBlobs implements Beside {
  readonly file = "blobs.tar";
  readonly what = "objects";
  private names: ReadonlySet<string> = new Set();

  constructor(private readonly bucket: Bucket) {}

  async there(): Promise<There> {
    return { objects: (await this.bucket.list()).length, queued: 0 };
  }
  async hold(): Promise<void> {}

  async copy(archive: string, say: Say): Promise<Copied> {
    const progress = every(2, say);
    const copied = await copyBlobs(this.bucket, archive, (done, all, bytes) => progress(`${done} of ${all} objects, ${megabytes(bytes)}`));
    if (copied.gone > 0) say(`${copied.gone} objects were removed meanwhile`);
    return copied;
  }
  count(archive: string): Promise<Counted> {
    return countBlobs(archive);
  }
  /** Its tables are the server's own language. */
  async missing(): Promise<readonly string[]> {
    return [];
  }
  async bring(archive: string, _: string, say: Say): Promise<void> {
    const progress = every(2, say);
    this.names = await putBlobs(this.bucket, archive, (done) => progress(`${done} objects`));
    say(`objects: ${this.names.size}`);
  }
  async settle(replace: boolean, say: Say): Promise<void> {
    const removed = replace ? await removeOthers(this.bucket, this.names) : 0;
    if (removed > 0) say(`${removed} objects that the backup does not know were removed`);
  }
  async tidy(): Promise<void> {}
}
