/** Writes one line for a person. */
export type Say = (line: string) => void;

/** Passes on at most one line in so many seconds. */
export function every(seconds: number, say: Say, now: () => number = Date.now): Say {
  let last = now();
  return (line) => {
    if (now() - last < seconds * 1000) return;
    last = now();
    say(line);
  };
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
