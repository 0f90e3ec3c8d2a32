import { CannotAsk, type Check } from "../check";
import { stalwartOf } from "../stalwart";

interface Automatic {
  readonly "@type": string;
  readonly acmeProviderId?: string;
  readonly subjectAlternativeNames?: Readonly<Record<string, boolean>>;
}

/** Stalwart asks for *.domain where no names are given, or one of them is a wildcard. */
const wantsWildcard = ({ subjectAlternativeNames = {} }: Automatic): boolean => Object.keys(subjectAlternativeNames).length === 0 || Object.keys(subjectAlternativeNames).some((name) => name.includes("*"));

export const wildcardChallenge: Check = {
  name: "wildcard-challenge",
  proves: "no wildcard certificate is wanted by a challenge that cannot prove one",
  from: "mailbox",
  severity: "error",
  symptom: "the certificate authority never validates; the server keeps the certificate that it made itself",
  cause: "somebody took the names out of the domain's certificate settings, and without names the server asks for a wildcard, which only DNS-01 can prove (RFC 8555 section 7.1.3)",
  fix: "docker restart the mail server: its start puts the explicit names back; for a real wildcard set STALWART_ACME_PROVIDER=spaceship and npm run deploy",
  lesson: "4-hours-on-http-01",
  needless: ({ deployment: { mailbox } }) => (mailbox.server === "stalwart" && mailbox.certificates.kind === "acme" ? undefined : "no certificate comes by ACME"),
  async run(ground) {
    const api = await stalwartOf(ground);
    const [domains, providers] = [await api.list("Domain"), await api.list("AcmeProvider")];
    if (domains.length === 0) throw new CannotAsk("the mail server has no domain yet; npm run doctor -- --only settings-kept");
    return domains.flatMap(({ name, certificateManagement }) => {
      const management = certificateManagement as Automatic | undefined;
      if (management?.["@type"] !== "Automatic" || !wantsWildcard(management)) return [];
      const challenge = String(providers.find(({ id }) => id === management.acmeProviderId)?.challengeType ?? "an unknown challenge");
      return /^Dns/.test(challenge) ? [] : [{ where: String(name), what: `a wildcard is wanted by ${challenge}` }];
    });
  },
};
