import { CannotAsk } from "./check";

/** @throws CannotAsk when the work takes longer; the work itself is not stopped */
export async function within<T>(seconds: number, work: Promise<T>, what = "no answer"): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CannotAsk(`${what} within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
