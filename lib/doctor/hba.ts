/** A line of pg_hba.conf that lets somebody in without a password (postgresql.org, "The pg_hba.conf File"). */
export interface Trusting {
  /** line number, from 1 */
  readonly line: number;
  readonly text: string;
}

/** Lines that ask nobody; those of replication as well, for they read everything. */
export const trusting = (hba: string): Trusting[] =>
  hba.split("\n").flatMap((raw, index) => {
    const text = raw.replace(/#.*/, "").trim().replace(/\s+/g, " ");
    const words = text.split(" ");
    const kinds = /^(local|host|hostssl|hostnossl|hostgssenc|hostnogssenc)$/;
    // local DATABASE USER METHOD; host DATABASE USER ADDRESS [MASK] METHOD
    const method = words[0] === "local" ? words[3] : /^[\d.:a-fA-F]+$/.test(words[4] ?? "") && words.length > 5 ? words[5] : words[4];
    return kinds.test(words[0]) && method === "trust" ? [{ line: index + 1, text }] : [];
  });
