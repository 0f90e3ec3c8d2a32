import type { CaddySource } from "./deployment";
import type { Findings } from "./findings";

/** Caddy's build service: the body of the answer is the program (caddyserver.com/api/download). */
const BUILD_SERVICE = "https://caddyserver.com/api/download";

/** Where the edge's Caddy comes from, and what it has to be. */
export function caddyOf(f: Findings): CaddySource {
  const { settings: s } = f;
  const version = s.CADDY_VERSION.replace(/^v/, "");
  const l4Version = s.CADDY_L4_VERSION.replace(/^v/, "");
  const modules = [`github.com/mholt/caddy-l4@v${l4Version}`, ...(s.CADDY_PLUGINS ?? [])];
  const query = ["os=linux", `arch=${s.CADDY_ARCH}`, ...modules.map((path) => `p=${encodeURIComponent(path).replace(/%40/g, "@")}`)].join("&");
  if (s.CADDY_DOWNLOAD !== undefined) {
    f.idle("CADDY_DOWNLOAD is taken as it is and has to hold them", "CADDY_PLUGINS");
    if (!/^https?:/.test(s.CADDY_DOWNLOAD)) f.needFile("CADDY_DOWNLOAD", s.CADDY_DOWNLOAD);
  }
  if (s.CADDY_SHA256 === undefined)
    f.warn("CADDY_SHA256 is not set: the download is checked for its versions and modules, but nothing proves that nobody changed it");
  return { download: s.CADDY_DOWNLOAD ?? `${BUILD_SERVICE}?${query}`, sha256: s.CADDY_SHA256, version, l4Version, arch: s.CADDY_ARCH, baseImage: s.BASE_IMAGE };
}
