/** Runs of a long property test: all of them in CI, a twentieth where somebody waits for `npm test`. */
export const runs = (inCi: number): number => (process.env.CI ? inCi : Math.ceil(inCi / 20));
