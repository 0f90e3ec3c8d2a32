/** Middle, smallest and largest of some measurements. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return { median: (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Ratios round by round: what slows the whole machine down slows both, and drops out. */
export const ratio = (ours: readonly number[], theirs: readonly number[]): Spread => spread(ours.map((value, round) => value / theirs[round]));

/** Three significant digits, without exponent. */
export const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** `0.52 (0.50..0.55)` */
export const shown = ({ median, min, max }: Spread): string => `${median.toFixed(2)} (${min.toFixed(2)}..${max.toFixed(2)})`;

/** A plain table; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]): string => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ").trimEnd();
  return [line(rows[0]), widths.map((width) => "-".repeat(width)).join("  "), ...rows.slice(1).map(line)].join("\n");
}
