import { lastLine } from "../../lib/site/run";
import { HOSTS, MAIL_HOST, WEB_NAME, container } from "../addresses";
import { expect, type Bench } from "../bench";
import type { Proof } from "./proof";

/** Whose certificate is shown for a name. */
async function subjectFor(bench: Bench, name: string | undefined): Promise<string> {
  const port = bench.line("web")?.port;
  const sni = name === undefined ? "-noservername" : `-servername ${name}`;
  const { stdout } = await bench.exec(container("client"), ["/bin/sh", "-c", `openssl s_client -connect ${HOSTS.edge.ipv4}:${port} ${sni} </dev/null 2>/dev/null | openssl x509 -noout -subject`]);
  return /CN\s*=\s*(\S+)/.exec(stdout)?.[1] ?? "nobody";
}

export const sni: Proof = {
  name: "sni",
  promise: "HTTPS goes by name: the mailbox's names show its certificate, all others the web server's",
  servers: ["stalwart"],
  prove: async (bench) => {
    const names = bench.wire.routes.find(({ line }) => line === "web")?.sni ?? [];
    for (const name of names) {
      const subject = await subjectFor(bench, name);
      expect(subject === MAIL_HOST, `${name}: the certificate is of ${subject} instead of ${MAIL_HOST}`);
    }
    for (const name of [WEB_NAME, undefined]) {
      const subject = await subjectFor(bench, name);
      expect(subject === WEB_NAME, `${name ?? "no name"}: the certificate is of ${subject} instead of ${WEB_NAME}`);
    }
    return { seen: `${names.join(", ")}: ${MAIL_HOST}; ${WEB_NAME} and no name: ${WEB_NAME}` };
  },
};

export const mtaSts: Proof = {
  name: "mta-sts",
  promise: "each domain's MTA-STS policy is served under its name with a certificate that is trusted, and names the mail host",
  servers: ["stalwart"],
  prove: async (bench) => {
    for (const domain of bench.deployment.domains)
      for (const family of bench.families) {
        const { status, stdout, stderr } = await bench.curl(["-f", `https://mta-sts.${domain}/.well-known/mta-sts.txt`], { family });
        expect(status === 0, `${domain} over ${family}: ${lastLine(stderr)}`);
        expect(stdout.includes(`mx: ${MAIL_HOST}`) && stdout.includes(`mode: ${bench.deployment.mailbox.mtaSts}`), `${domain} over ${family}: the policy says ${JSON.stringify(stdout)}`);
      }
    return { seen: `mode: ${bench.deployment.mailbox.mtaSts}, mx: ${MAIL_HOST}` };
  },
};
