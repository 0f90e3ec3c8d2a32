import { open, type FileHandle } from "node:fs/promises";

/** One regular file of an archive, whole in memory: here that is one mail message. */
export interface TarEntry {
  readonly name: string;
  readonly body: Buffer;
  /** the type's character (ustar) of what is no regular file; its body is empty */
  readonly type?: string;
}

const BLOCK = 512;
const NAME_BYTES = 100;
const padded = (body: Buffer): Buffer => Buffer.concat([body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;

/** A header of the ustar format (POSIX.1, pax, "ustar Interchange Format"). */
function header(name: string, size: number, type: "0" | "x"): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, NAME_BYTES);
  block.write("0000600\x000000000\x000000000\0", 100);
  block.write(size < 8 ** 11 ? octal(size, 11) : "", 124);
  block.write(octal(0, 11), 136);
  block.write(`        ${type}`, 148);
  block.write("ustar\x0000", 257);
  block.write(`${octal(block.reduce((sum, byte) => sum + byte, 0), 6)} `, 148);
  return block;
}

/** `path` as a record of a pax header: its length counts itself. */
function paxPath(name: string): Buffer {
  const rest = ` path=${name}\n`;
  let length = Buffer.byteLength(rest);
  while (Buffer.byteLength(`${length}${rest}`) !== length) length += 1;
  return Buffer.from(`${length}${rest}`);
}

/** An entry as it stands in the archive. */
export function tarEntry({ name, body }: TarEntry): Buffer {
  const long = Buffer.byteLength(name) > NAME_BYTES;
  const pax = paxPath(name);
  return Buffer.concat([...(long ? [header("path", pax.length, "x"), padded(pax)] : []), header(name, body.length, "0"), padded(body)]);
}

/** The end of an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

async function exactly(file: FileHandle, bytes: number): Promise<Buffer> {
  const block = Buffer.alloc(bytes);
  let at = 0;
  while (at < bytes) {
    const { bytesRead } = await file.read(block, at, bytes - at, null);
    if (bytesRead === 0) throw new Error("the archive ends in the middle of an entry");
    at += bytesRead;
  }
  return block;
}

/** Reads an archive that {@link tarEntry} wrote, or busybox' or GNU's tar. @throws Error when it is damaged */
export async function* tarEntries(path: string): AsyncGenerator<TarEntry> {
  const file = await open(path, "r");
  try {
    let name: string | undefined;
    for (;;) {
      const block = await exactly(file, BLOCK);
      if (block.every((byte) => byte === 0)) return;
      const [said, sum] = [parseInt(block.toString("latin1", 148, 154), 8), Buffer.concat([block.subarray(0, 148), Buffer.alloc(8, " "), block.subarray(156)])];
      if (said !== sum.reduce((total, byte) => total + byte, 0)) throw new Error("a header of the archive is damaged");
      const size = parseInt(block.toString("latin1", 124, 135), 8);
      const [body, type] = [(await exactly(file, Math.ceil(size / BLOCK) * BLOCK)).subarray(0, size), block.toString("latin1", 156, 157)];
      if (type === "x") name = /^\d+ path=(.*)\n$/s.exec(body.toString())?.[1];
      // GNU's way to name what is too long for the header.
      else if (type === "L") name = body.toString().replace(/\0.*$/s, "");
      else {
        yield { name: name ?? block.toString("utf8", 0, NAME_BYTES).replace(/\0.*$/s, ""), body, ...(type === "0" || type === "\0" ? {} : { type }) };
        name = undefined;
      }
    }
  } finally {
    await file.close();
  }
}
