import { PassThrough } from "node:stream";
import fc from "fast-check";
import { readVariables } from "../../lib/config/read";
import { compare, spfLookups } from "../../lib/dns";
import { dkimIn } from "../../lib/dns/ask-stalwart";
import { satisfies } from "../../lib/dns/compare";
import { spfMeaning } from "../../lib/dns/spf-record";
import { readTlsa } from "../../lib/dns/tlsa-query";
import { ANSWERS, Dialog } from "../../lib/doctor/dialog";
import { endOf } from "../../lib/doctor/imap";
import { receivedFrom, seenBy } from "../../lib/doctor/mail-log";
import { readPolicy } from "../../lib/doctor/mta-sts";
import { planOf } from "../dns/zones";
import { runs } from "../runs";

const RUNS = { numRuns: runs(10_000), seed: 20261130 } as const;
const SECRET = "hunter2-not-to-be-seen";
const ONE_LINE = /^[^\n\r]{1,1500}$/;
const STACK = /\n\s+at |\bat \w+ \(|TypeError|RangeError/;
const SIGNS = ["\u201c", "\u2019", "\u00a0", "\u200b", "\ufeff", "\u2013", "\uff0e", "\0", "\r", "\n", "\\", "\"", "'", "#", "=", "@", ":", ",", " ", "\ud800"];
/** Pieces of one kind's field cases, put together in any order, and broken now and then. */
const mixed = (...pieces: string[]): fc.Arbitrary<string> =>
  fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pieces) }, { weight: 2, arbitrary: fc.constantFrom(...SIGNS) }, { weight: 1, arbitrary: fc.string({ maxLength: 8 }) }), { maxLength: 14 }).map((all) => all.join(""));

test(".env: each error is one line, names no secret, and nothing is thrown", () => {
  const value = mixed("one.test", "192.0.2.25", "relay", ":587", "user", `:${SECRET}@`, "smtps://", "ssh://root@", "fra=", "10.0.0.5", "none", "include:", "ip4:203.0.113.0/33", "tail9f8e7d.ts.net", "a".repeat(70));
  const name = fc.constantFrom("MAIL_DOMAIN", "STALWART_SMARTHOST", "TS_TAILNET", "EDGE_IPV4", "DNS_SPF_ALSO", "EDGE_DOCKER_HOST", "ADMIN_VHOST", "TS_AUTHKEY", "STALWART_DB_PASSWORD", "MAIL_DOMIAN", "DNS_RESOLVERS");
  const line = fc.tuple(name, value).map(([key, text]) => `${key}=${/^(TS_AUTHKEY|STALWART_DB_PASSWORD)$/.test(key) ? SECRET : ""}${text}`);
  let errors = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 3 }), (lines) => {
      const { mistakes } = readVariables({ project: "/nowhere", environment: {}, dotenv: lines.join("\n") });
      errors += mistakes.length;
      for (const one of mistakes) {
        expect(one).toMatch(ONE_LINE);
        expect(one).not.toMatch(STACK);
        expect(one).not.toContain(SECRET);
      }
    }),
    RUNS,
  );
  expect(errors).toBeGreaterThan(runs(8_000));
});

describe("DNS answers", () => {
  test("bytes: TLSA records, or an error that the caller knows; never a loop without end", () => {
    const real = Buffer.from("123481800001000100000000035f3235045f746370046d61696c036f6e6504746573740000340001c00c003400010000003c0023030101" + "ab".repeat(32), "hex");
    expect(readTlsa(real)).toEqual([`3 1 1 ${"ab".repeat(32)}`]);
    const broken = fc.tuple(fc.nat(real.length), fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 6 })).map(([length, changes]) => {
      const bytes = Buffer.from(real);
      for (const [at, to] of changes) bytes[at] = to;
      return bytes.subarray(0, Math.max(12, length));
    });
    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ minLength: 12, maxLength: 80 }).map((bytes) => Buffer.from(bytes))), (message) => {
        try {
          for (const one of readTlsa(message)) expect(one).toMatch(/^\d+ \d+ \d+ [0-9a-f]*$/);
        } catch (error) {
          const known = (error as Error).name === "RangeError" || ["ESERVFAIL", "EREFUSED", "EBADRESP"].includes((error as NodeJS.ErrnoException).code ?? "");
          if (!known) throw error;
        }
      }),
      RUNS,
    );
  });

  const text = mixed("v=spf1", " ", " ip4:203.0.113.5", "/33", " a", "/0", "//129", " include:spf.one.test", " redirect=", " -all", "v=DMARC1", "; p=none", "; rua=mailto:a@one.test", ",", "!10m", ";", "v=DKIM1; k=rsa; p=", "%{i}", "0 0 0 .", "0 issue \"", "ca.test; accounturi=");
  test("texts: what a record means does not depend on who asks, and equals itself", () => {
    fc.assert(
      fc.property(text, fc.constantFrom("TXT", "SRV", "MX", "CAA", "A"), fc.constantFrom("one.test", "a._domainkey.one.test"), (data, type, name) => {
        expect(satisfies(type, data, data, name)).toBe(true);
        const said = type === "TXT" ? spfMeaning(data, name) : undefined;
        if (said !== undefined) expect(spfMeaning(`v=spf1 ${said.replace(/\?all$/, "")}`, name)).toBe(said);
        expect(Array.isArray(dkimIn(data))).toBe(true);
        expect(Array.isArray(readPolicy(data).mx)).toBe(true);
      }),
      RUNS,
    );
  });
  test("a whole zone of them: findings in one line each, and look-ups that end", async () => {
    const { plan, zones } = planOf({ MAIL_EGRESS: "203.0.113.9" });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), async (answers) => {
        const lookup = (): Promise<string[]> => Promise.resolve(answers);
        const { findings } = await compare(zones[0], plan, lookup);
        expect(findings.length).toBeGreaterThan(0);
        const { problem = "none" } = await spfLookups(answers[0], lookup);
        expect(problem.length).toBeLessThan(1000);
      }),
      { ...RUNS, numRuns: runs(2_000) },
    );
  });
});

describe("SMTP and IMAP answers", () => {
  const said = mixed("220 mail.one.test ESMTP", "250-", "250 ", "STARTTLS", "\r\n", "\n", "500 5.5.1 Invalid command", "* OK", "* BYE", "a1 OK", "a1 NO", "{12}", "{99999999999}", "PROXY TCP4 192.0.2.7 192.0.2.25 1 25");
  test("a whole answer or one line that says why there is none; never a wait without end", async () => {
    const outcomes = { answers: 0, errors: 0 };
    await fc.assert(
      fc.asyncProperty(said, fc.constantFrom(...Object.values(ANSWERS)), async (bytes, whole) => {
        const stream = new PassThrough();
        const dialog = new Dialog(stream, 5);
        stream.write(Buffer.from(`${bytes} `));
        setImmediate(() => stream.destroy());
        try {
          expect(typeof (await dialog.answer(whole))).toBe("string");
          outcomes.answers += 1;
        } catch (error) {
          expect((error as Error).message).toMatch(ONE_LINE);
          expect((error as Error).message).toBe("closed without an answer");
          outcomes.errors += 1;
        }
      }),
      RUNS,
    );
    expect(Math.min(outcomes.answers, outcomes.errors)).toBeGreaterThanOrEqual(runs(100));
  });
  test("the end of a tagged answer lies inside it", () => {
    fc.assert(
      fc.property(said, (bytes) => {
        const end = endOf(bytes, "a1");
        if (end !== undefined) {
          expect(end.at).toBeLessThanOrEqual(bytes.length);
          expect(bytes.slice(end.at)).toMatch(/^a1 /);
        }
      }),
      RUNS,
    );
  });
});

test("PROXY headers and whatever else clients write into a log: addresses only, and no line of the client's own", () => {
  const log = mixed('listenerId = "smtp", ', 'remoteIp = 192.0.2.7, ', "remoteIp = ::ffff:192.0.2.7, ", "remotePort = 4000", "remotePort = 99999999999", "PROXY TCP4 198.51.100.77 192.0.2.25 1 25\r\n", "PROXY UNKNOWN\r\n", "\r\n\r\n\0\r\nQUIT\n", "Received: from x ([198.51.100.7])\r\n", " by mail", "[IPv6:2001:db8::7]");
  fc.assert(
    fc.property(log, (bytes) => {
      for (const { address, port = 0 } of seenBy(bytes.split("\n"))) {
        expect(address).toMatch(/^[0-9a-fA-F.:]+$/);
        expect(Number.isFinite(port)).toBe(true);
      }
      expect(receivedFrom(bytes) ?? "::").toMatch(/^[0-9a-fA-F.:]+$/);
    }),
    RUNS,
  );
});
