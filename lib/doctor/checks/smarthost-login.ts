import { SERVICES } from "../../wire";
import { CannotAsk, type Check, type Finding } from "../check";
import { tryLogin, type Refused } from "../smarthost";

const WORDS: Readonly<Record<Refused["step"], Pick<Finding, "cause" | "fix"> & { readonly seen: string }>> = {
  connect: { seen: "does not answer the mailbox", cause: "its name or port is wrong, or the mailbox's network blocks it", fix: `compare STALWART_SMARTHOST (host:port) with what its maker says; port ${SERVICES.submissions.port} often gets through where another does not` },
  tls: { seen: "offers no TLS that the mail server takes", cause: "it has no STARTTLS on this port, or a certificate of another name or of an unknown authority; the mail server gives it neither password nor mail then", fix: "name it in STALWART_SMARTHOST as its certificate does, with the port its maker says" },
  login: { seen: "refuses the login", cause: "STALWART_SMARTHOST_USER or STALWART_SMARTHOST_PASSWORD is wrong or was revoked", fix: "make a new password at the smarthost, set both in .env and npm run deploy" },
};

export const smarthostLogin: Check = {
  name: "smarthost-login",
  proves: "the smarthost takes the login, with TLS",
  from: "mailbox",
  severity: "error",
  symptom: "outgoing mail stays in the queue; the log says delivery.start-tls-error, auth-failed or connect-error",
  cause: "the smarthost refuses the mailbox",
  fix: "compare STALWART_SMARTHOST, STALWART_SMARTHOST_USER and STALWART_SMARTHOST_PASSWORD with what its maker says",
  lesson: "pitfalls",
  preflight: true,
  seconds: 25,
  needless: ({ deployment }) => (deployment.mailbox.smarthost === undefined ? "mail leaves direct" : undefined),
  async run({ deployment, secret, sidecar, here, authorities }) {
    const { smarthost, dockerHost } = deployment.mailbox;
    if (smarthost === undefined) return [];
    const password = secret("STALWART_SMARTHOST_PASSWORD");
    if (smarthost.user !== undefined && password === undefined) throw new CannotAsk("STALWART_SMARTHOST_PASSWORD is not given; set it in .env");
    const inside = (await sidecar.exec(["true"], { seconds: 8 })).status === 0;
    const refused = await tryLogin(inside ? sidecar : here, smarthost, { password, name: deployment.hostname, authorities });
    if (refused === undefined) return [];
    if (!inside && refused.step === "connect" && !dockerHost.startsWith("unix:")) throw new CannotAsk(`the mailbox does not run, and from this machine ${smarthost.host} is not reached: ${refused.said}`);
    const { seen, cause, fix } = WORDS[refused.step];
    return [{ where: `${smarthost.host}:${smarthost.port}`, what: `${seen}${inside ? "" : " (asked from this machine; the mailbox does not run)"}: ${refused.said}`, key: refused.step, cause, fix }];
  },
};
