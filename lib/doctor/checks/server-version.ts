import type { CaddyPart } from "../../config";
import type { Check, Finding } from "../check";
import { said } from "../container";
import type { Ground, Shell } from "../ground";
import type { TailnetStatus } from "../node-status";
import { knownBad, olderThan, versionIn } from "../versions";

interface Running {
  readonly where: string;
  readonly program: string;
  readonly version?: string;
  /** what .env wants exactly, and where */
  readonly pinned?: string;
  /** what it has to be at least, where .env wants no exact one */
  readonly range?: { readonly version: string; readonly below: string };
  readonly by: string;
}

const asked = async (shell: Shell, command: readonly string[]): Promise<string> => said(shell, command);

async function mailServer({ server, deployment: { mailbox } }: Ground): Promise<Running> {
  const stalwart = mailbox.server === "stalwart";
  const text = await asked(server, stalwart ? ["stalwart", "--version"] : ["maddy", "version"]);
  return { where: server.container, program: stalwart ? "Stalwart" : "maddy", version: versionIn(text), pinned: versionIn(mailbox.image), by: stalwart ? "STALWART_IMAGE" : "MADDY_IMAGE" };
}

const wantedOf = (part: CaddyPart): Pick<Running, "pinned" | "range"> => (part.exact ? { pinned: part.version } : { range: part });

/** What .env wants of a program, where the one that runs is not that. */
function other({ program, version, pinned, range, by }: Running & { readonly version: string }): string | undefined {
  if (pinned !== undefined && pinned !== version) return `${program} ${version} runs, and ${by} says ${pinned}`;
  if (range !== undefined && (olderThan(version, range.version) || !olderThan(version, range.below)))
    return `${program} ${version} runs, and ${by} wants ${range.version} or newer, below ${range.below}`;
  return undefined;
}

async function edgePrograms({ edges, deployment: { caddy } }: Ground): Promise<Running[]> {
  const each = edges.map(async ({ site, shell }): Promise<Running[]> => {
    const where = `edge ${site.name}`;
    const [version, build] = await Promise.all([asked(shell, ["/usr/bin/caddy", "version"]), asked(shell, ["/usr/bin/caddy", "build-info"])]);
    return [
      { where, program: "Caddy", version: versionIn(version), ...wantedOf(caddy.version), by: "CADDY_VERSION" },
      { where, program: "caddy-l4", version: versionIn(/mholt\/caddy-l4\s+(\S+)/.exec(build)?.[1] ?? ""), ...wantedOf(caddy.l4Version), by: "CADDY_L4_VERSION" },
    ];
  });
  return (await Promise.all(each)).flat();
}

async function tailscale({ sidecar, deployment: { mailbox } }: Ground): Promise<{ running: Running; skew: Finding[] }> {
  const [client, status] = await Promise.all([asked(sidecar, ["tailscale", "version"]), asked(sidecar, ["tailscale", "status", "--json", "--peers=false"])]);
  const [own, daemon] = [versionIn(client), versionIn((JSON.parse(status) as TailnetStatus).Version ?? "")];
  const what = `the command is ${own}, and the tailscaled that runs is ${daemon}`;
  return {
    running: { where: sidecar.container, program: "Tailscale", version: daemon, pinned: versionIn(mailbox.sidecarImage), by: "TAILSCALE_IMAGE" },
    skew: own === daemon ? [] : [{ where: sidecar.container, what, key: "skew", cause: "the image was changed under a running container", fix: `docker rm -f ${sidecar.container} and npm run deploy` }],
  };
}

export const serverVersion: Check = {
  name: "server-version",
  proves: "the programs that run are those that are pinned, and none is a version that is known to hurt",
  from: "mailbox",
  severity: "warning",
  symptom: "something that was mended long ago happens again, or an update that was deployed is not there",
  cause: "an image of that name holds another version, a container is older than .env, or the version has a known fault",
  fix: "npm run deploy; look at the variable that is named; back up (npm run backup) before another version of the mail server",
  seconds: 25,
  async run(ground) {
    const [server, edges, { running: node, skew }] = await Promise.all([mailServer(ground), edgePrograms(ground), tailscale(ground)]);
    const found = [server, ...edges, node].flatMap((running): Finding[] => {
      const { where, program, version, by } = running;
      if (version === undefined) return [{ where, what: `${program} does not say its version`, key: `${program} silent` }];
      const bad = knownBad(program, version, ground.now());
      const what = other({ ...running, version });
      return [
        ...(what === undefined ? [] : [{ where, what, key: `${program} other` }]),
        ...(bad === undefined ? [] : [{ where, what: `${program} ${version}: ${bad}`, key: `${program} bad`, cause: "this version is known for it", fix: `set ${by} to a newer one, back up and deploy` }]),
      ];
    });
    return [...found, ...skew];
  },
};
