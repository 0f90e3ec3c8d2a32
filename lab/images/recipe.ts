/** A stand-in for an image: what lies in it, and which variable names it. */
export interface Recipe {
  /** name under tailwart-lab/ */
  readonly name: string;
  /** a text, or the Debian package whose version it is */
  readonly version: string | { readonly package: string };
  /** variable of `.env`, or of the lab, that selects it */
  readonly variable: string;
  /** Debian packages, with all that they depend on; none: an empty root */
  readonly packages: readonly string[];
  readonly files: readonly RecipeFile[];
  readonly links?: Readonly<Record<string, string>>;
  readonly folders?: readonly RecipeFolder[];
  /** lines of /etc/passwd and /etc/group */
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  /** applets of busybox that are linked into /bin */
  readonly applets?: readonly string[];
  /** file capabilities: path to `setcap` text */
  readonly capabilities?: Readonly<Record<string, string>>;
  /** lines for `docker import --change` */
  readonly changes: readonly string[];
}
export type RecipeFile = { readonly path: string; readonly mode?: string } & ({ readonly from: string } | { readonly text: string });
export interface RecipeFolder {
  readonly path: string;
  readonly mode: string;
  readonly owner?: string;
}

export const imageName = ({ name, version }: { readonly name: string; readonly version: string }): string => `tailwart-lab/${name}:${version}`;

/** A recipe whose version is known. */
export type Versioned = Recipe & { readonly version: string };

/** Debian's version of a package without epoch and revision, from file names such as `name_1%3a15.14-0+deb12u1_amd64.deb`. */
export function debianVersion(files: readonly string[], name: string): string {
  const version = files.map((file) => file.split("_")).find(([one]) => one === name)?.[1];
  return /^(?:\d+%3a)?(\d+(?:\.\d+)+)/.exec(version ?? "")?.[1] ?? "0.0";
}
