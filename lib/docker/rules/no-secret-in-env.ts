import type { DockerRule } from "./rule";

const SECRET = /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|AUTH_?KEY|API_?KEY|PRIVATE_?KEY/i;
/** Names that are about a secret without being one. */
const ABOUT = /_(?:LENGTH|TTL|LIFETIME|TIMEOUT|EXPIRY|PATH|DIR|URL)$/i;
const REFERENCE = /^(?:file:\/|\/run\/secrets\/|$)/;
const PATH = /^(?:file:)?(?:\.{0,2}\/|$)/;

/** Name and value of an entry as `docker run --env` reads it. */
function splitEntry(entry: string): readonly [name: string, value: string] {
  const at = entry.indexOf("=");
  return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
}

function holdsSecret([name, value]: readonly [string, string]): boolean {
  if (!SECRET.test(name) || ABOUT.test(name)) return false;
  return !(/_FILE$/i.test(name) ? PATH : REFERENCE).test(value);
}

export const noSecretInEnv: DockerRule = {
  name: "no-secret-in-env",
  why: "a container's environment was readable in the state, in the plan file and in `docker inspect`, also when it came from a sensitive variable",
  container: ({ attributes: { env = [] } }) =>
    env
      .map(splitEntry)
      .filter(holdsSecret)
      .map(
        ([name]) =>
          `env ${name} holds a value; only file:/path, a path below /run/secrets or nothing is allowed; place the value by upload.source with sourceHash and give the server its path`,
      ),
};
