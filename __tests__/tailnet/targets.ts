import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyTarget } from "../../lib/tailnet/api";
import type { TailscaleDouble } from "./double";

const folders: string[] = [];
afterAll(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A file that holds a secret, as `.secrets/` does. */
export function secretIn(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tailwart-key-"));
  folders.push(folder);
  const file = join(folder, "secret");
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

export const withKey = ({ url, key }: TailscaleDouble): PolicyTarget => ({ kind: "tailscale", url, credential: { variable: "TS_API_KEY", file: secretIn(key) } });

export const withOAuth = ({ url, clientId, clientSecret }: TailscaleDouble): PolicyTarget => ({
  kind: "tailscale",
  url,
  credential: { variable: "TS_OAUTH_CLIENT_SECRET", file: secretIn(clientSecret), clientId },
});

export const onHeadscale = ({ url, key }: { readonly url: string; readonly key: string }): PolicyTarget => ({ kind: "headscale", url, credential: { variable: "HEADSCALE_API_KEY", file: secretIn(key) } });
