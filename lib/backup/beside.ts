import type { Say } from "./progress";

/** What is in an archive: objects of a bucket, or files of a volume. */
export interface Counted {
  readonly objects: number;
  readonly objectBytes: number;
}

/** What is in a running system. */
export interface There {
  readonly objects: number;
  /** messages to be sent that lie outside of the database */
  readonly queued: number;
}

/** What a mail server keeps beside the database, whatever it is: it fills one archive of the backup. */
export interface Beside {
  /** the archive's name in the folder */
  readonly file: "blobs.tar" | "files.tar";
  /** what it counts, in the plural */
  readonly what: "objects" | "files";
  there(): Promise<There>;
  /** Before the database is dumped: from here on nothing that the dump names gets lost, until {@link tidy}. */
  hold(): Promise<void>;
  /** After the dump. @returns what reading it back has to find, as far as it is known */
  copy(archive: string, say: Say): Promise<Partial<Counted> & { readonly sha256?: string }>;
  /** Reads an archive to its end. */
  count(archive: string): Promise<Counted>;
  /** What the dump names and the archive does not have. */
  missing(archive: string, dump: string): Promise<readonly string[]>;
  /** Brings in an archive while the server is stopped and the old database is still there. */
  bring(archive: string, dump: string, say: Say): Promise<void>;
  /** The backup's database has taken its place. */
  settle(replace: boolean, say: Say): Promise<void>;
  /** Takes away what was only needed meanwhile, however it went. */
  tidy(): Promise<void>;
}
