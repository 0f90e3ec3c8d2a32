/** One line of a user's text for a message: what cannot be seen becomes `?`, and a long text is cut. */
export function printable(text: string, most = 120): string {
  const safe = text.slice(0, most + 1).replace(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, "?");
  return text.length > most ? `${safe.slice(0, most)}…` : safe;
}

const HIDDEN = "(not shown)";

/** Prefixes with a colon that are no user name: of principals, of SPF terms, of mail addresses. */
const NO_LOGIN = /\b(?:(?:auto)?group|tag|mailto|include|exists|ip[46]):/gi;
/** `user:password@` before a host, with or without a scheme; a password may hold any sign, so all to the last @ is hidden. */
const LOGIN = /(^|[\s"=,]|:\/\/)((?!ssh:\/\/[^/@:\s]*@)[^\s"=,:/@]*:(?!\/\/)[^\n]*)@(?!sha256:)/;

/** What stands as a login before an @ in a value that should have none, and the parts that a list would take it apart into. */
export function userinfoIn(value: string): string[] {
  const bare = value.replace(/ssh:\/\/[^/@:\s]*@/gi, "").replace(/\w+:\/\//g, "").replace(NO_LOGIN, "");
  const [colon, at] = [bare.indexOf(":"), bare.lastIndexOf("@")];
  if (colon === -1 || at < colon) return [];
  const begin = Math.max(...["=", ",", " ", '"'].map((sign) => bare.lastIndexOf(sign, colon))) + 1;
  const login = bare.slice(begin, at);
  const parts = [/[\s,]+/, /:/, /[\s,:]+/, /[\s,:@=]+/].flatMap((between) => login.split(between));
  return [login, ...parts].filter((part) => part.length >= 4);
}

/**
 * Takes secrets out of a user's text: those that the operator gave (written into a wrong variable as well), and what
 * has the look of one: a password in a URL, a Tailscale or Headscale key.
 */
export const concealing =
  (secrets: readonly string[]) =>
  (text: string): string => {
    const known = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
    return known
      .reduce((rest, secret) => rest.split(secret).join(HIDDEN), text)
      // The user in ssh://user@host is no secret.
      .replace(/(ssh:\/\/[^/@:\s]*@)|(:\/\/)[^/@\s]*@/g, (_all, ssh?: string) => ssh ?? `://${HIDDEN}@`)
      .replace(LOGIN, (all, before: string) => (userinfoIn(all).length > 0 ? `${before}${HIDDEN}@` : all))
      .replace(/\b(tskey|hskey)-[\w-]+/g, HIDDEN);
  };

/** The question that every message of this kind answers: what came, what may come, how to mend it. */
export const mistakeLine = (name: string, got: string | undefined, rest: string): string => `${name}: got ${got === undefined ? "nothing" : `"${got}"`}; ${rest}`;
