/** Lines of a table: columns as wide as their widest cell, two blanks between, none at the end. `right` names columns of numbers. */
export function table(rows: readonly (readonly string[])[], { right = [], indent = "" }: { right?: readonly number[]; indent?: string } = {}): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, index) => Math.max(most[index] ?? 0, cell.length)), []);
  return rows.map((row) => (indent + row.map((cell, index) => (right.includes(index) ? cell.padStart(widths[index]) : cell.padEnd(widths[index]))).join("  ")).trimEnd());
}

/** Text in lines of at most `width`; the first begins with `first`, the others with as many blanks. A word is never cut, however long. */
export function wrap(text: string, width: number, first = ""): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(first.length);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** Somebody else's text on one line: what would end the line or move the cursor becomes a blank. */
export const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
