import { outOfBounds, PROGRAMS } from "../versions";
import type { CaddyPart, CaddySource } from "./deployment";
import type { Findings } from "./findings";

/** Caddy's build service: the body of the answer is the program (caddyserver.com/api/download). */
const BUILD_SERVICE = "https://caddyserver.com/api/download";

function partOf(f: Findings, variable: "CADDY_VERSION" | "CADDY_L4_VERSION", program: typeof PROGRAMS.caddy | typeof PROGRAMS.caddyL4): CaddyPart {
  const { version, exact } = f.settings[variable];
  const problem = outOfBounds(program, version.replace(/-.*/, ""));
  if (problem !== undefined) f.refuse(variable, `${exact ? "=" : ""}${version}`, problem);
  return { version, exact, below: program.below.version };
}

/** Where the edge's Caddy comes from, and what it has to be. */
export function caddyOf(f: Findings): CaddySource {
  const { settings: s } = f;
  const version = partOf(f, "CADDY_VERSION", PROGRAMS.caddy);
  const l4Version = partOf(f, "CADDY_L4_VERSION", PROGRAMS.caddyL4);
  // The service builds its newest core whatever one asks; an exact one it refuses once a newer is out, and then it says so.
  const core = version.exact ? [`github.com/caddyserver/caddy/v2@v${version.version}`] : [];
  const modules = [...core, `github.com/mholt/caddy-l4@v${l4Version.version}`, ...(s.CADDY_PLUGINS ?? [])];
  const query = ["os=linux", `arch=${s.CADDY_ARCH}`, ...modules.map((path) => `p=${encodeURIComponent(path).replace(/%40/g, "@")}`)].join("&");
  if (s.CADDY_DOWNLOAD !== undefined) {
    f.idle("CADDY_DOWNLOAD is taken as it is and has to hold them", "CADDY_PLUGINS");
    if (!/^https?:/.test(s.CADDY_DOWNLOAD)) f.needFile("CADDY_DOWNLOAD", s.CADDY_DOWNLOAD);
  }
  if (s.CADDY_SHA256 === undefined)
    f.warn("CADDY_SHA256 is not set: the download is checked for its versions and modules, but nothing proves that nobody changed it");
  return { download: s.CADDY_DOWNLOAD ?? `${BUILD_SERVICE}?${query}`, sha256: s.CADDY_SHA256, version, l4Version, arch: s.CADDY_ARCH, baseImage: s.BASE_IMAGE };
}
