/** Our entries of a tailnet policy file (tailscale.com/docs/reference/syntax/policy-file); Headscale 0.29 takes the same shape. */
export interface PolicySections {
  /** tag -> who may give it to a node */
  readonly tagOwners: Readonly<Record<string, readonly string[]>>;
  readonly grants: readonly PolicyGrant[];
  readonly tests: readonly PolicyTest[];
}

/** Whose entries these are: several deployments may keep theirs in one policy. */
export interface PolicyOwner {
  /** stands in the marker of each entry; undefined: markers without a name, as they were before deployments had names */
  readonly name?: string;
  /** the mailbox's tag: a row with an unnamed marker that names it is adopted @default every row with such a marker */
  readonly mailbox?: string;
  /** tags whose unnamed entry in tagOwners is adopted @default every one */
  readonly tags?: readonly string[];
}

export interface PolicyEntries extends PolicySections {
  /** @default a deployment without a name */
  readonly owner?: PolicyOwner;
  /** what a person calls a tag (`edge`) or a `tag:port` (`smtp`); goes into comments only */
  readonly notes: Readonly<Record<string, string>>;
}

export interface PolicyGrant {
  readonly src: readonly string[];
  /** tags, without a port */
  readonly dst: readonly string[];
  /** `tcp:port`, one port each */
  readonly ip: readonly string[];
}

/** What must and what must not be possible; the control server refuses a policy whose tests fail. */
export interface PolicyTest {
  /** a tag or one user: an autogroup cannot be asked for */
  readonly src: string;
  readonly proto: "tcp";
  /** `tag:name:port`, one port each: lists and ranges are refused with 400 */
  readonly accept?: readonly string[];
  readonly deny?: readonly string[];
}
