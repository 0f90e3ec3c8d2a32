import { Resolver } from "node:dns/promises";
import { lastLine } from "../../lib/site/run";
import { DOMAIN, HOSTS, MAIL_HOST, OUT, REMOTE, container } from "../addresses";
import { expect, until } from "../bench";
import { REMOTE_BOX } from "../world/postfix";
import type { Proof } from "./proof";

interface Verdict {
  readonly dkim: { readonly results: readonly { readonly signingDomain: string; readonly selector: string; readonly status: { readonly result: string; readonly comment?: string; readonly aligned?: string | false } }[] };
  readonly spf: { readonly status: { readonly result: string } };
  readonly dmarc: { readonly status: { readonly result: string }; readonly alignment?: { readonly spf?: { readonly result: string | false }; readonly dkim?: { readonly result: string | false } } };
}

export const outbound: Proof = {
  name: "outbound",
  promise: "mail leaves through the smarthost over TLS with a login; its receiver finds DKIM valid and SPF aligned",
  prove: async (bench) => {
    const to = `box@${REMOTE.domain}`;
    const { token, file } = await bench.compose(bench.admin.address, to);
    const { status, stderr } = await bench.curl(["--mail-from", bench.admin.address, "--mail-rcpt", to, `smtps://${MAIL_HOST}:${bench.line("submissions")?.port}/${OUT.host}`], { login: true, file });
    expect(status === 0, lastLine(stderr));
    const raw = await until("the remote server has the message", 60, async () => {
      const { stdout } = await bench.exec(container("remote"), ["/bin/sh", "-c", `f=$(grep -rl "${token}" ${REMOTE_BOX}/new 2>/dev/null | head -n 1); [ -z "$f" ] || cat "$f"`]);
      return stdout === "" ? undefined : stdout;
    });
    const resolver = new Resolver({ timeout: 3000, tries: 2 });
    resolver.setServers([HOSTS.names.ipv4]);
    const { authenticate } = (await import("mailauth")) as unknown as { authenticate(raw: string, options: object): Promise<Verdict> };
    const verdict = await authenticate(raw.replace(/\r?\n/g, "\r\n"), {
      ip: HOSTS.remote.ipv4,
      helo: REMOTE.mx,
      mta: REMOTE.mx,
      sender: bench.admin.address,
      resolver: (name: string, type: string) => resolver.resolve(name, type),
    });
    const signatures = verdict.dkim.results.map(({ selector, status: one }) => `${selector} ${one.result}${one.comment ? ` (${one.comment})` : ""}`);
    expect(verdict.dkim.results.some(({ signingDomain, status: one }) => one.result === "pass" && signingDomain === DOMAIN), `DKIM: ${signatures.join(", ") || "no signature"}`);
    expect(verdict.spf.status.result === "pass", `SPF: ${verdict.spf.status.result}`);
    expect(verdict.dmarc.status.result === "pass", `DMARC: ${verdict.dmarc.status.result}`);
    const hop = raw.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/).find((line) => /^Received:/.test(line)) ?? "";
    // RFC 3848: with TLS and with a login.
    expect(/ESMTPSA/.test(hop), `the smarthost took it without TLS or without a login: ${hop.slice(0, 200)}`);
    return { seen: `DKIM ${signatures.join(", ")}; spf=pass for ${HOSTS.remote.ipv4}; dmarc=pass; ESMTPSA` };
  },
};
