/** What an edit of the tailnet's policy file came to. */
export interface MergeResult {
  /** the whole policy file (HuJSON) */
  readonly text: string;
  readonly changed: boolean;
  /** one line for a person for each entry that came in */
  readonly added: readonly string[];
  /** one line for a person for each entry of ours that went out */
  readonly removed: readonly string[];
  /** entries of ours from before deployments had names, which got ours now; absent for none */
  readonly named?: number;
  /** settings of the tailnet that stand in the way of mail; absent for none */
  readonly warnings?: readonly string[];
  /** deployment -> how many entries it has there; "" counts entries without a name. Absent for none. */
  readonly others?: Readonly<Record<string, number>>;
}

export interface MergeOptions {
  /**
   * Put the first rule into a policy that has neither `acls` nor `grants`: from then on the tailnet denies what no rule
   * allows, where it allowed everything before.
   * @default false
   */
  readonly allowFirstRule?: boolean;
}

/** One difference between the live policy and the wire. */
export interface PolicyFinding {
  /**
   * missing: an entry of ours is gone; changed: an entry of ours is there, with other content; widened: somebody else's rule
   * lets others reach the mail ports or the backends; obstacle: with this setting of the tailnet mail cannot work; note: may
   * be meant so; unreadable: the policy cannot be read
   */
  readonly kind: "missing" | "changed" | "widened" | "obstacle" | "note" | "unreadable";
  /** one line for a person */
  readonly what: string;
  /** of a rule that is wider than ours: what TS_POLICY_ACCEPT names it by */
  readonly accept?: string;
}
