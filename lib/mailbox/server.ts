/** A file or secret that Terraform reads from disk: its path from a stack's folder and a keyed hash of its content. */
export interface FileSource {
  readonly source: string;
  readonly hash: string;
}

/** What a mail server's container needs, whichever server it is: the construct places it, and knows nothing else. */
export interface MailServer {
  readonly name: "stalwart" | "maddy";
  readonly image: string;
  /** the program that the container starts */
  readonly entrypoint: readonly string[];
  /** plain settings; never a secret */
  readonly environment: Readonly<Record<string, string>>;
  /** files that may be read by everybody who reads the plan */
  readonly files: readonly { readonly path: string; readonly content: string; readonly executable?: true }[];
  /** files that may not: placed by path and keyed hash only */
  readonly secretFiles: readonly { readonly path: string; readonly file: FileSource }[];
  /** `uid:gid` that runs the server */
  readonly user: string;
  /** folders that outlive the container */
  readonly volumes: readonly { readonly name: string; readonly path: string }[];
  /** command that exits 0 only while the server serves mail and its backends answer */
  readonly healthCommand: readonly string[];
}
