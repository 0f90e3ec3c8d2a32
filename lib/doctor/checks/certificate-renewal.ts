import { certificatesOf } from "../certificates";
import type { Check } from "../check";
import { together } from "../settled";
import { issuerOf, lifeOf } from "../validity";

/** Word in time: a renewal that fails is seen weeks before it hurts. */
export const certificateRenewal: Check = {
  name: "certificate-renewal",
  proves: "no certificate is in the last weeks of its life",
  from: "outside",
  severity: "warning",
  symptom: "nothing yet; in a few weeks every client will refuse",
  cause: "certificates are renewed long before their end, so a renewal has failed, or whoever makes MAIL_TLS_CERT_FILE has not brought the new one",
  fix: "docker logs of the mail server names the failed order; with own files: renew them and npm run deploy",
  seconds: 25,
  async run(ground) {
    const shown = (await certificatesOf(ground)).flatMap((one) => (one.status === "fulfilled" && one.value.shown !== undefined ? [{ where: one.value.where, certificate: one.value.shown.certificate }] : []));
    const soon = shown.flatMap(({ where, certificate }) => {
      const { state, daysLeft } = lifeOf(certificate, ground.now());
      return state === "soon" ? [{ where, what: `${daysLeft} days left, issued by ${issuerOf(certificate)}` }] : [];
    });
    return [...together(soon)].map(([what, places]) => ({ where: places.join(", "), what, key: "soon over" }));
  },
};
