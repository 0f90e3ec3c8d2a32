import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
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
export const fromStackFolder = (path: string): string => (isAbsolute(path) ? path : join(FROM_STACK, path));

function writePrivately(path: string, content: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === content) return;
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, content, { mode: 0o600 });
  renameSync(fresh, path);
}

/**
 * Keeps secrets that were given by value in `.secrets/` (mode 0700, files 0600, ignored by git), so that Terraform
 * can read them by path: a container's `env` and `upload.content` would put them into its state.
 */
export class SecretStore {
  constructor(private readonly project: string) {}

  private key(): Buffer {
    const path = join(this.project, FOLDER, "hash.key");
    if (!existsSync(path)) {
      mkdirSync(join(this.project, FOLDER), { recursive: true, mode: 0o700 });
      writePrivately(path, randomBytes(32).toString("hex"));
    }
    return Buffer.from(readFileSync(path, "utf8"), "hex");
  }

  private hash(content: string): string {
    return createHmac("sha256", this.key()).update(content).digest("hex");
  }

  fromValue(name: SecretName, value: string): SecretFile {
    const hash = this.hash(value);
    writePrivately(join(this.project, FOLDER, secretFileName(name)), value);
    return { name, source: join(FROM_STACK, FOLDER, secretFileName(name)), hash, given: true };
  }

  fromFile(name: SecretName, path: string): SecretFile {
    return { name, source: fromStackFolder(path), hash: this.hash(readFileSync(resolve(this.project, path), "utf8")), given: true };
  }

  missing(name: SecretName): SecretFile {
    return { name, source: join(FROM_STACK, FOLDER, secretFileName(name)), hash: "missing", given: false };
  }

  /** Content hash of a file that is no contract secret (a certificate's key); "missing" when it is not there. */
  hashOfFile(path: string): string {
    const whole = resolve(this.project, path);
    return existsSync(whole) ? this.hash(readFileSync(whole, "utf8")) : "missing";
  }

  /** The folder, for messages. */
  get place(): string {
    return relative(this.project, join(this.project, FOLDER));
  }
}
