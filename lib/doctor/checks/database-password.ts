import type { Check as Tried } from "../../backends/prepare/check";
import { tried } from "../backend-checks";
import type { Check, Finding } from "../check";

/** What a trial of a backend found, in the doctor's words. */
export const findingOf = ({ tried: what, result, fix, commands = [] }: Tried): Finding => ({ where: what, what: result, key: "trial", fix: [fix, ...commands].filter(Boolean).join("; ") || undefined });

export const databasePassword: Check = {
  name: "database-password",
  proves: "every backend takes the mail server's password where the mail server uses it: over the tailnet, or in its namespace",
  from: "mailbox",
  severity: "error",
  symptom: "\"password authentication failed\"; the mail server starts again and again, or objects cannot be stored",
  cause: "the password was changed at one end only: PostgreSQL's is set on an empty volume, and later changes of .env do not reach it",
  fix: "npm run backends tries each and says the command; for the embedded one ALTER ROLE … PASSWORD (docs/backends.md)",
  lesson: "pitfalls",
  seconds: 25,
  run: async (ground) => (await tried(ground)).filter(({ state }) => state === "fail").map(findingOf),
};
