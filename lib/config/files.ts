import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigInput } from "./deployment";

/** The texts of a project's `.env` (its own, with secrets) and `settings.env` (committed, without); undefined where there is none. */
export function readFiles(project: string): Pick<ConfigInput, "dotenv" | "settings"> {
  const text = (name: string): string | undefined => {
    const file = join(project, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  return { dotenv: text(".env"), settings: text("settings.env") };
}
