import { CannotAsk, type Check, type Finding } from "../check";
import type { Ground } from "../ground";
import { settled } from "../settled";

interface Said {
  readonly status: number;
  readonly body: string;
  readonly from: string;
}

/** From the mail server's container, since a key may hold for one address only; the key goes in by standard input. */
async function ask({ server, http }: Ground, domain: string, key: string, secret: string): Promise<Said> {
  const url = `https://spaceship.dev/api/v1/dns/records/${domain}?take=5&skip=0`;
  const config = [`url = "${url}"`, `header = "X-Api-Key: ${key}"`, `header = "X-Api-Secret: ${secret}"`].join("\n");
  const { status, stdout, stderr } = await server.exec(["curl", "-sS", "-m", "8", "-K", "-", "-w", "\\n%{http_code}"], { input: `${config}\n`, seconds: 10 });
  const [, body, code] = /^(.*)\n(\d{3})$/s.exec(stdout) ?? [];
  if (status === 0 && code !== undefined) return { status: Number(code), body, from: "the mailbox" };
  // curl's own codes are below 100; above, there is no container to ask in.
  if (status > 0 && status < 100 && /^curl: /m.test(stderr)) throw new CannotAsk(`spaceship.dev does not answer the mailbox: ${stderr.trim().split("\n").pop()}`);
  return { ...(await http(url, { headers: { "X-Api-Key": key, "X-Api-Secret": secret } })), from: "this machine, not the mailbox, whose address the key may be bound to" };
}

function judge(domain: string, { status, body, from }: Said): Finding[] {
  if (status === 200) return [];
  if (status === 429 || status >= 500) throw new CannotAsk(`spaceship.dev answers with status ${status}; ask again later`);
  const code = /"code"\s*:\s*"([\w.]+)"/.exec(body)?.[1];
  const said = `status ${status}${code === undefined ? "" : ` (${code})`}, asked from ${from}`;
  if (status === 401 || status === 403) return [{ where: domain, what: `Spaceship refuses the key: ${said}`, key: "refused" }];
  return [{ where: domain, what: `Spaceship does not give out the domain's records: ${said}`, key: "no records", cause: "the domain is not in the account of that key, or does not use Spaceship's name servers", fix: "name the account's own domains in MAIL_DOMAIN, or use STALWART_ACME_PROVIDER=tls-alpn-01" }];
}

export const dnsProviderKey: Check = {
  name: "dns-provider-key",
  proves: "the DNS provider takes the key for every domain, from the mailbox",
  from: "mailbox",
  severity: "error",
  symptom: "\"Failed to set DNS RRSet: Unauthorized\" in the mail server's log; no _acme-challenge ever appears, DKIM keys are not published",
  cause: "the API key was revoked, mistyped, lacks dnsrecords:read and dnsrecords:write, or is bound to another address",
  fix: "make a new key in Spaceship's API manager (bound to no address, or to the mailbox's), set STALWART_ACME_KEY and STALWART_ACME_TOKEN and npm run deploy",
  lesson: "2-the-dns-key-that-nobody-passed-on",
  preflight: true,
  seconds: 20,
  needless: ({ deployment: { mailbox } }) => (mailbox.certificates.kind === "acme" && mailbox.certificates.challenge === "dns-01" ? undefined : "no DNS provider is used"),
  async run(ground) {
    const [key, secret] = [ground.secret("STALWART_ACME_KEY"), ground.secret("STALWART_ACME_TOKEN")];
    if (key === undefined || secret === undefined) throw new CannotAsk("STALWART_ACME_KEY and STALWART_ACME_TOKEN are not given; set them in .env");
    return settled(ground.deployment.domains.map(async (domain) => judge(domain, await ask(ground, domain, key, secret))));
  },
};
