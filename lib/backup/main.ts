import { S3Error } from "../backends/s3/client";
import { MistakesError, refuseIfAny } from "../errors";
import { backup } from "./backup";
import { readerMayLeave } from "../pipe";
import type { Say } from "./progress";
import { restore } from "./restore";

/** Words behind `npm run backup --` and `npm run restore --`. */
export interface Words {
  readonly folder?: string;
  readonly flag: boolean;
}
export const FLAGS = { backup: "--with-secrets", restore: "--replace" } as const;
export type Command = keyof typeof FLAGS;

/** @throws MistakesError for what is not understood */
export function readWords(command: Command, words: readonly string[]): Words {
  const flag = FLAGS[command];
  const folders = words.filter((word) => !word.startsWith("-"));
  const unknown = words.filter((word) => word.startsWith("-") && word !== flag);
  refuseIfAny([
    ...unknown.map((word) => `${command}: got "${word}"; allowed: a folder and ${flag}; take it out`),
    ...(folders.length > 1 ? [`${command}: got ${folders.length} folders; allowed: one; name one`] : []),
    ...(command === "restore" && folders.length === 0 ? ["restore: got no folder; allowed: one that npm run backup made; write npm run restore -- backups/…"] : []),
  ]);
  return { folder: folders[0], flag: words.includes(flag) };
}

/** `backups/` and the time, to the second, in a form that every file system takes. */
export const defaultFolder = (now: Date): string => `backups/${now.toISOString().slice(0, 19).replace(/:/g, "-")}Z`;

/** @returns the exit code: 0, or 1 with one line for each reason on standard error */
export async function main(command: Command, words: readonly string[], project: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const say: Say = (line) => void process.stdout.write(`${command}: ${line}\n`);
  try {
    const { folder, flag } = readWords(command, words);
    if (command === "backup") await backup(project, environment, { folder: folder ?? defaultFolder(new Date()), withSecrets: flag }, say);
    else await restore(project, environment, { folder: folder ?? "", replace: flag }, say);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const lines = error instanceof MistakesError ? error.mistakes : [`${error instanceof S3Error ? "S3: " : ""}${error.message.replace(/\s+/g, " ")}`];
    for (const line of lines) process.stderr.write(`${command}: ${line.replace(new RegExp(`^${command}: `), "")}\n`);
    return 1;
  }
}

if (require.main === module) {
  readerMayLeave("change");
  void main(process.argv[2] as Command, process.argv.slice(3), process.cwd(), process.env).then((status) => {
    process.exitCode = status;
  });
}
