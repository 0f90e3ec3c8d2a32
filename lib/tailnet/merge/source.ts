import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { MistakesError } from "../../errors";
import { position } from "./layout";
import { refuseShape } from "./shape";

export interface Comment {
  readonly offset: number;
  readonly end: number;
  /** without its slashes and stars */
  readonly text: string;
  /** `//`, as opposed to a block */
  readonly line: boolean;
}

/** A policy file that was read: its text stays as it is, all offsets count in it. */
export interface Source {
  readonly text: string;
  readonly root: Node;
  readonly comments: readonly Comment[];
  readonly commas: readonly number[];
}

const BOM = "\uFEFF";

const refuse = (what: string): never => {
  throw new MistakesError([`tailnet policy: ${what}`]);
};

const words = ({ error }: ParseError): string => printParseErrorCode(error).replace(/([A-Z])/g, " $1").trim().toLowerCase();

/** What tailscale/hujson refuses and jsonc-parser takes, or reads differently. */
function refuseDialect(text: string, comments: readonly Comment[]): void {
  const at = text.search(/\r(?!\n)/);
  if (at >= 0)
    refuse(`a carriage return without a line feed at ${position(text, at)}; a comment would end there for some programs only; save the file with LF or CRLF line ends`);
  const last = comments.at(-1);
  if (last?.line && last.end === text.length) refuse(`the comment in the last line (${position(text, last.offset)}) has no line break after it; add one`);
}

/** In a text that is valid: strings, comments and commas, of which the strings are there to be passed over. */
const TOKENS = /"(?:[^"\\]|\\.)*"|\/\/[^\r\n]*|\/\*[^]*?\*\/|,/g;

function read(text: string): Source {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  if (errors.length > 0 || !root) {
    const [error] = errors;
    refuse(`no valid HuJSON${error ? ` at ${position(text, error.offset)}: ${words(error)}` : ""}; JSON with comments and a comma after the last entry is allowed, nothing else`);
  }
  const comments: Comment[] = [];
  const commas: number[] = [];
  for (const { 0: raw, index: offset } of text.matchAll(TOKENS)) {
    if (raw === ",") commas.push(offset);
    if (!raw.startsWith("/")) continue;
    const line = raw.startsWith("//");
    comments.push({ offset, end: offset + raw.length, text: (line ? raw.slice(2) : raw.slice(2, -2)).trim(), line });
  }
  refuseDialect(text, comments);
  return { text, root: root as Node, comments, commas };
}

/**
 * Reads a policy file strictly (github.com/tailscale/hujson: JSON with comments and trailing commas). A byte order mark stays.
 * @throws MistakesError when it is no HuJSON, has a key twice, or has a section of ours with another shape
 */
export function readPolicy(text: string): Source {
  let source: Source;
  try {
    // A blank in its place keeps the offsets.
    source = read(text.startsWith(BOM) ? ` ${text.slice(1)}` : text);
  } catch (error) {
    if (error instanceof RangeError) return refuse("it is nested too deeply to be read");
    throw error;
  }
  refuseShape(source);
  return { ...source, text };
}
