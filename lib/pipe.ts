/**
 * Lets the reader of a command's output leave early (`npm run doctor | head -3`): without this Node ends with a stack trace
 * about EPIPE. Every command calls it once.
 * @param work look: there is nobody left to look for, so the program ends with 0; change: the work goes on to its end, unread
 */
export function readerMayLeave(work: "look" | "change"): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (work === "look") process.exit(0);
    });
}
