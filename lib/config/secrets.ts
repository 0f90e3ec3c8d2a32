import { createHmac, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { MistakesError } from "../errors";
import type { SecretName } from "./contract";

/** Where a secret's value lies for Terraform: a file's path and a keyed hash of what is in it. The value itself is never kept. */
export interface SecretFile {
  readonly name: SecretName;
  /** path as Terraform sees it from a stack's folder, or absolute when the operator wrote it so */
  readonly source: string;
  /** HMAC-SHA256 of the content with a key that stays on this machine; "missing" when there is no value yet */
  readonly hash: string;
  readonly given: boolean;
}

/** cdktf runs Terraform in `cdktf.out/stacks/<stack>`. */
const FROM_STACK = "../../..";
const FOLDER = ".secrets";

export const secretFileName = (name: SecretName): string => name.toLowerCase();

/** A path that the operator wrote, relative to the project, as Terraform has to write it. */
const fromStackFolder = (path: string): string => (isAbsolute(path) ? path : join(FROM_STACK, path));

/** Where that file lies for a program of ours, which starts in the project's folder. */
export const secretSourcePath = (project: string, source: string): string => resolve(project, "cdktf.out/stacks/any", source);

function writePrivately(path: string, content: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === content) {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return;
  }
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, content, { mode: 0o600 });
  renameSync(fresh, path);
}

/** Errors of the disk are for the operator to mend, like a mistake in a variable. */
function orRefuse<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new MistakesError([`${what} (${code}); look at its owner and mode, and at the free space of the disk`]);
  }
}

/**
 * Keeps secrets that were given by value in `.secrets/` (mode 0700, files 0600, ignored by git), so that Terraform
 * can read them by path: a container's `env` and `upload.content` would put them into its state.
 * @throws MistakesError when the disk refuses
 */
export class SecretStore {
  constructor(private readonly project: string) {}

  private readonly folder = (): string => {
    const path = join(this.project, FOLDER);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
    return path;
  };

  private hash(content: string): string {
    return orRefuse(`${FOLDER}: it cannot be used`, () => {
      const path = join(this.folder(), "hash.key");
      const kept = existsSync(path) ? readFileSync(path, "utf8") : "";
      const key = /^[0-9a-f]{64}$/.test(kept) ? kept : randomBytes(32).toString("hex");
      writePrivately(path, key);
      return createHmac("sha256", Buffer.from(key, "hex")).update(content).digest("hex");
    });
  }

  fromValue(name: SecretName, value: string): SecretFile {
    const hash = this.hash(value);
    orRefuse(`${FOLDER}: it cannot be written`, () => writePrivately(join(this.folder(), secretFileName(name)), value));
    return { ...this.missing(name), hash, given: true };
  }

  /** `value`: what the file holds. */
  fromFile(name: SecretName, path: string, value: string): SecretFile {
    return { name, source: fromStackFolder(path), hash: this.hash(value), given: true };
  }

  missing(name: SecretName): SecretFile {
    return { name, source: join(FROM_STACK, FOLDER, secretFileName(name)), hash: "missing", given: false };
  }

  /** A file that is no contract secret (a certificate's key); hash "missing" when it is not there. */
  file(path: string): Pick<SecretFile, "source" | "hash"> {
    const whole = resolve(this.project, path);
    const text = orRefuse(`${path}: it cannot be read`, () => (existsSync(whole) ? readFileSync(whole, "utf8") : undefined));
    return { source: fromStackFolder(path), hash: text === undefined ? "missing" : this.hash(text) };
  }
}
