/** Our entries of a tailnet policy file (tailscale.com/docs/reference/syntax/policy-file); Headscale 0.29 takes the same shape. */
export interface PolicySections {
  /** tag -> who may give it to a node */
  readonly tagOwners: Readonly<Record<string, readonly string[]>>;
  readonly grants: readonly PolicyGrant[];
  readonly tests: readonly PolicyTest[];
}

export interface PolicyEntries extends PolicySections {
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
