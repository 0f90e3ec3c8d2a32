/** The tailnet's policy file as it is stored, and what a later write names it by. */
export interface PolicyText {
  /** HuJSON */
  readonly text: string;
  /** the ETag, where the server gives one */
  readonly version?: string;
}

/** What a control server can do with the policy of its tailnet. Every method throws {@link ApiError} and nothing else. */
export interface PolicyApi {
  read(): Promise<PolicyText>;
  /**
   * Has the server look at a policy and run its tests; nothing is stored.
   * @returns what the server has to say about a policy that it would take, or "unavailable" where it offers no check
   * @throws ApiError "refused" with its reasons
   */
  check(text: string): Promise<readonly string[] | "unavailable">;
  /**
   * Stores the whole policy at once, if the stored one is still what `read` gave.
   * @throws ApiError "changed" when it is not, "refused" with the server's reasons
   */
  write(text: string, before: PolicyText): Promise<void>;
}

/**
 * unreachable: no answer; `uncertain` when a write may have arrived. credential: 401. scope: 403. absent: 404. busy: 429.
 * failing: 5xx. refused: the policy is not acceptable. changed: somebody else wrote first. settings: this server takes no
 * policy over its API. strange: any other answer.
 */
export type ApiErrorKind = "unreachable" | "credential" | "scope" | "absent" | "busy" | "failing" | "refused" | "changed" | "settings" | "strange";

/** One line for a person; `details` are the server's own words, one line each. */
export class ApiError extends Error {
  readonly details: readonly string[];
  readonly uncertain: boolean;

  constructor(
    readonly kind: ApiErrorKind,
    message: string,
    { details = [], uncertain = false }: { readonly details?: readonly string[]; readonly uncertain?: boolean } = {},
  ) {
    super(message);
    this.name = "ApiError";
    this.details = details;
    this.uncertain = uncertain;
  }
}
