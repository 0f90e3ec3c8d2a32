import { lastLine } from "../../lib/site/run";
import { MAIL_HOST, OUT, REMOTE, HOSTS, container } from "../addresses";
import { SENDER, clientAddress, expect } from "../bench";
import type { Proof } from "./proof";

const headers = (message: string): string => message.split(/\r?\n\r?\n/)[0].replace(/\r?\n[ \t]+/g, " ");

export const received: Proof = {
  name: "received",
  promise: "the Received: header shows the client, and SPF, which allows only the client's addresses, passes",
  prove: async (bench) => {
    const port = bench.line("smtp")?.port;
    for (const family of bench.families) {
      const { token, file } = await bench.compose(SENDER, bench.admin.address);
      const { status, stderr } = await bench.curl(["--mail-from", SENDER, "--mail-rcpt", bench.admin.address, `smtp://${MAIL_HOST}:${port}/${OUT.host}`], { family, file });
      expect(status === 0, `${family}: ${lastLine(stderr)}`);
      const text = headers(await bench.received(token));
      const address = clientAddress(family);
      const line = text.split(/\r?\n/).find((one) => /^Received:/i.test(one) && one.includes(OUT.host)) ?? "";
      expect(line.includes(address), `${family}: no Received: header with ${address}; got "${line.slice(0, 200)}"`);
      expect(/spf=pass/i.test(text) || /Received-SPF: pass/i.test(text), `${family}: SPF did not pass: ${(/.*spf.*/i.exec(text) ?? ["no SPF in the headers"])[0].slice(0, 200)}`);
    }
    return { seen: `${bench.families.map(clientAddress).join(" and ")} in Received:, spf=pass for ${OUT.domain}` };
  },
};

export const remoteIn: Proof = {
  name: "remote-in",
  promise: "a mail server of somebody else finds the edge by MX and delivers over TLS; SPF passes for its own address",
  prove: async (bench) => {
    const from = `ann@${REMOTE.domain}`;
    const { token, message } = await bench.compose(from, bench.admin.address);
    const { status, stderr } = await bench.exec(container("remote"), ["swaks", "-n", "--server", "127.0.0.1", "--from", from, "--to", bench.admin.address, "--data", "-"], message);
    expect(status === 0, `the remote server did not take the message: ${lastLine(stderr)}`);
    const text = headers(await bench.received(token, 60));
    const at = Object.values(HOSTS.remote).find((address) => text.includes(`[${address}]`) || text.includes(`[IPv6:${address}]`));
    expect(at !== undefined, `no Received: header with the remote server's address: ${(/Received:.*/.exec(text) ?? [""])[0].slice(0, 200)}`);
    expect(/spf=pass/i.test(text) || /Received-SPF: pass/i.test(text), "SPF did not pass");
    return { seen: `from ${at}, spf=pass${/TLS/i.test(text) ? ", TLS" : ""}` };
  },
};
