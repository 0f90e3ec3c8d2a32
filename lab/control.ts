import { MistakesError } from "../lib/errors";
import { lastLine } from "../lib/site/run";
import { container } from "./addresses";
import type { Lab } from "./lab";

/** Headscale's own command, in its container. */
export async function headscale(lab: Lab, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await lab.engine.exec(container("headscale"), ["headscale", ...args]);
  if (status !== 0) throw new MistakesError([`headscale ${args.slice(0, 2).join(" ")}: ${lastLine(stderr) || lastLine(stdout)}`]);
  return stdout;
}

export async function ensureUser(lab: Lab, name: string): Promise<string> {
  const find = async (): Promise<string | undefined> =>
    ((JSON.parse(await headscale(lab, "users", "list", "-o", "json")) as { id: number | string; name: string }[] | null) ?? []).find((user) => user.name === name)?.id.toString();
  const found = await find();
  if (found !== undefined) return found;
  await headscale(lab, "users", "create", name);
  return (await find()) ?? "";
}

/** A key for a node with a tag, or for a user's own. */
export const joinKey = async (lab: Lab, whose: { readonly tag: string } | { readonly user: string }): Promise<string> =>
  lastLine(await headscale(lab, "preauthkeys", "create", "--reusable", "-e", "24h", ...("tag" in whose ? ["--tags", whose.tag] : ["--user", whose.user])));

export const apiKey = async (lab: Lab): Promise<string> => lastLine(await headscale(lab, "apikeys", "create", "-e", "24h"));

/** Removes nodes by their names, as somebody does who has thrown their machines away. */
export async function forgetNodes(lab: Lab, names: readonly string[]): Promise<void> {
  const nodes = (JSON.parse(await headscale(lab, "nodes", "list", "-o", "json")) as { id: number | string; given_name: string }[] | null) ?? [];
  for (const { id } of nodes.filter(({ given_name: name }) => names.includes(name))) await headscale(lab, "nodes", "delete", "--identifier", String(id), "--force");
}
