import { certificatesOf } from "../certificates";
import type { Check } from "../check";
import { settled, together } from "../settled";
import { complaintsAbout } from "../validity";

/** Names, chain and days of the certificate on every TLS line, as a client meets it. */
export const certificate: Check = {
  name: "certificate",
  proves: "every TLS line shows a certificate for its name that clients trust and that is not about to end",
  from: "outside",
  severity: "error",
  symptom: "mail clients warn or refuse to connect; senders that honour MTA-STS or DANE deliver nothing",
  cause: "the server got no certificate (it then makes one of its own), the renewal fails, or the files of MAIL_TLS_CERT_FILE lack names or the certificates above",
  fix: "by ACME: docker logs of the mail server says why (npm run doctor -- --only caa,dns-provider-key,wildcard-challenge,certificate-limits); by files: put the whole chain into MAIL_TLS_CERT_FILE and npm run deploy",
  lesson: "4-hours-on-http-01",
  seconds: 25,
  async run(ground) {
    const seen = await certificatesOf(ground);
    const said = await settled(
      seen.map(async (one) => {
        if (one.status === "rejected") throw one.reason;
        const { where, name, shown, refused } = one.value;
        const texts = shown === undefined ? [`no TLS: ${refused}`] : complaintsAbout(shown, name, ground.now());
        return texts.map((what) => ({ where, what }));
      }),
    );
    // One certificate serves many lines: what is wrong with it is said once.
    return [...together(said)].map(([what, places]) => ({ where: places.join(", "), what, key: what.replace(/\d+ days/, "few days") }));
  },
};
