import { mtaStsPolicy as wantedPolicy } from "../../dns/policies";
import { CannotAsk, type Check, type Finding } from "../check";
import type { EdgeGround, Ground } from "../ground";
import { fetchPolicy, readPolicy, takes, type Fetched } from "../mta-sts";
import { settled, together } from "../settled";

function judge({ deployment }: Ground, { status, type, body, complaints }: Fetched, exchanges: readonly string[]): string[] {
  if (complaints.length > 0) return complaints.map((one) => `senders take no policy: ${one}`);
  if (status !== 200) return [`answers with status ${status}${status >= 300 && status < 400 ? ", and senders follow no redirect" : ""}`];
  const { version, mode, maxAge, mx } = readPolicy(body);
  const wanted = deployment.mailbox.mtaSts;
  const uncovered = exchanges.filter((host) => !mx.some((pattern) => takes(pattern, host)));
  return [
    ...(version === "STSv1" && mode !== undefined && maxAge !== undefined ? [] : [`is no policy (RFC 8461 section 3.2): it has version ${version ?? "none"}, mode ${mode ?? "none"}, max_age ${maxAge ?? "none"}`]),
    ...(/^text\/plain\b/i.test(type) ? [] : [`has the media type ${type || "none"}, not text/plain`]),
    ...(mode === undefined || mode === wanted ? [] : [`has mode ${mode}, and MTA_STS_MODE is ${wanted}`]),
    ...(mode === "none" || uncovered.length === 0 ? [] : [`does not allow the MX ${uncovered.join(", ")} (it has ${mx.join(", ") || "no mx"})${mode === "enforce" ? ": senders deliver nothing there" : ""}`]),
  ];
}

async function recordOf({ lookup }: Ground, domain: string): Promise<Finding[]> {
  const name = `_mta-sts.${domain}`;
  const ids = (await lookup(name, "TXT")).filter((text) => text.startsWith("v=STSv1"));
  const what = ids.length === 0 ? "is missing, so nobody looks for the policy" : ids.length > 1 ? "is there twice, which counts as none" : /;\s*id\s*=\s*[A-Za-z0-9]{1,32}\s*(;|$)/.test(ids[0]) ? undefined : `has no valid id: ${ids[0]}`;
  return what === undefined ? [] : [{ where: `${name} TXT`, what }];
}

async function served(ground: Ground, domain: string, port: number): Promise<readonly Finding[]> {
  const exchanges = (await ground.lookup(domain, "MX")).map((one) => one.split(" ")[1]);
  const said = await settled(
    ground.edges.map(async (edge: EdgeGround) => {
      const where = `https://mta-sts.${domain} at ${edge.site.ipv4}`;
      const fetched = await fetchPolicy(ground, edge, domain, port).catch((error: Error) => Promise.reject(new CannotAsk(`${where}: ${error.message}; npm run doctor -- --only banner,web-port-owner`)));
      return judge(ground, fetched, exchanges).map((what) => ({ where, what }));
    }),
  );
  return [...together(said)].map(([what, places]) => ({ where: places.join(", "), what }));
}

export const mtaStsPolicy: Check = {
  name: "mta-sts-policy",
  proves: "senders get the MTA-STS policy that is configured, and it allows the MX",
  from: "outside",
  severity: "error",
  symptom: "TLS reports tell of sts-policy-fetch-error or validation failures; with enforce, mail from large providers stays away",
  cause: "the edge does not hand mta-sts.<domain> to the mailbox, the certificate lacks the name, or MTA_STS_MODE or MAIL_HOSTNAME changed and was not deployed",
  fix: "npm run deploy puts policy and edge in order; npm run dns prints the TXT record; certificates: npm run doctor -- --only certificate",
  lesson: "5-a-reverse-proxy-that-could-get-no-certificate",
  seconds: 25,
  needless: ({ deployment }) => (wantedPolicy(deployment) === undefined ? "no MTA-STS policy is served (WEB_NAMES, MTA_STS_MODE)" : undefined),
  async run(ground) {
    const port = ground.wire.routes.find(({ sni }) => sni !== undefined)?.port;
    if (port === undefined) throw new CannotAsk("no edge route serves HTTPS");
    return settled(ground.deployment.domains.flatMap((domain) => [recordOf(ground, domain), served(ground, domain, port)]));
  },
};
