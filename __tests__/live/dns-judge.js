// Asks mailauth, and prints its verdicts as JSON: dns-judge.js <what> <arguments as JSON>
const { authenticate } = require("mailauth");
const { dkimSign } = require("mailauth/lib/dkim/sign");
const { spf } = require("mailauth/lib/spf");
const { getPolicy, validateMx } = require("mailauth/lib/mta-sts");

const JUDGE = {
  spf: async ({ ip, sender, helo }) => {
    const { status, lookups } = await spf({ ip, sender, helo, mta: "mx.client.test" });
    return { result: status.result, lookups: lookups.count };
  },
  // A message as the mail server would send it, as the receiver sees it.
  message: async ({ ip, sender, helo, domain, selector, privateKey }) => {
    const message = `From: <${sender}>\r\nTo: <b@client.test>\r\nSubject: test\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@${domain}>\r\n\r\nhello\r\n`;
    const { signatures } = await dkimSign(message, { signatureData: [{ signingDomain: domain, selector, privateKey }] });
    const { spf: s, dkim, dmarc } = await authenticate(signatures + message, { ip, helo, sender, mta: "mx.client.test" });
    return { spf: s.status.result, dkim: dkim.results.map((one) => one.status.result), dmarc: dmarc.status.result, policy: dmarc.policy };
  },
  sts: async ({ domain, mx }) => {
    const { policy, status } = await getPolicy(domain, undefined, {});
    return { status, policy, valid: policy && validateMx(mx, policy) };
  },
};

const [what, json] = process.argv.slice(2);
JUDGE[what](JSON.parse(json)).then((verdict) => process.stdout.write(JSON.stringify(verdict)), (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
