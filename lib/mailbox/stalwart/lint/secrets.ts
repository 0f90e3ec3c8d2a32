/** Properties that hold secrets. */
export const SECRET_KEYS = /^(secret|secretkey|authsecret|accesskey|password|apikey|privatekey|url)$/i;

/** Paths of secrets that stand in the plan as they are. A URL counts when it has a password. */
export function literalSecrets(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): string[] => {
    const here = `${path}.${key}`;
    if (!SECRET_KEYS.test(key)) return literalSecrets(inner, here);
    if (typeof inner === "object" && inner !== null) {
      const { "@type": type } = inner as { "@type"?: string };
      return type === "Value" || type === "Text" ? [here] : literalSecrets(inner, here);
    }
    if (typeof inner !== "string") return [];
    const secret = key === "url" ? /^\w+:\/\/[^/@]*:([^@/]*)@/.exec(inner)?.[1] : inner;
    return secret === undefined || /^\{\{[a-z0-9_]+\}\}$/.test(secret) ? [] : [here];
  });
}
