import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { CHECKS } from "../../../lib/doctor/checks";
import type { Ground } from "../../../lib/doctor/ground";
import { diagnose, type Outcome } from "../../../lib/doctor/diagnose";
import { EDGE_NEEDS } from "../edge/stage";
import { describeWith, NEEDS } from "../programs";
import { CERTIFICATES, LINES, RECORDS, type Fault } from "./faults";
import { BUSYBOX, DIRECT, Lab, RELAYED, SECRETS } from "./lab";

/** Checks of what the world sees; those of the inside have tests of their own. */
const NAMES = [
  ...["banner", "open-relay", "web-port-owner", "mta-sts-policy"],
  ...["certificate", "certificate-renewal", "certificate-limits", "caa", "wildcard-challenge", "dns-provider-key"],
  ...["dns-records", "fcrdns", "spf-egress", "dnsbl", "dnsbl-resolver", "outbound-25", "smarthost-login"],
];
const OURS = CHECKS.filter(({ name }) => NAMES.includes(name));

describeWith([...EDGE_NEEDS, NEEDS.curl, NEEDS.postfix, NEEDS.dovecot, NEEDS.nginx, BUSYBOX], "the doctor from outside, fault by fault", () => {
  let lab: Lab;
  const table: string[][] = [];

  beforeAll(async () => {
    lab = await Lab.make();
  }, 120_000);
  afterAll(async () => {
    await lab?.close();
    const file = process.env.DOCTOR_TABLE;
    if (file) writeFileSync(file, [["fault", ...NAMES].join(" | "), ...table.map((row) => row.join(" | "))].join("\n"));
  });

  const said = (outcomes: readonly Outcome[]): Record<string, string> =>
    Object.fromEntries(outcomes.filter(({ state }) => state === "fault").map(({ check, findings }) => [check.name, findings.map(({ where, what }) => `${where} ${what}`).join("\n")]));
  const row = (name: string, outcomes: readonly Outcome[]): void => void table.push([name, ...NAMES.map((one) => outcomes.find(({ check }) => check.name === one)?.state ?? "?")]);

  test("every check of the group is there", () => expect(OURS.map(({ name }) => name).sort()).toEqual([...NAMES].sort()));

  test.each([
    ["mail leaves direct", DIRECT],
    ["mail leaves through the smarthost", RELAYED],
  ])("nothing is wrong, nothing is found, everything was asked: %s", async (name, overrides) => {
    await lab.zone(undefined, overrides);
    const outcomes = await diagnose(OURS, lab.ground(overrides)).finally(() => lab.zone());
    row(`(none: ${name})`, outcomes);
    expect(said(outcomes)).toEqual({});
    expect(outcomes.filter(({ state }) => state === "unknown").map(({ check, reason }) => `${check.name}: ${reason}`)).toEqual([]);
  });

  describe("before anything is deployed", () => {
    const PREFLIGHT = OURS.filter(({ preflight }) => preflight);
    const away = (ground: Ground): Ground => {
      const gone = { exec: () => Promise.resolve({ status: 1, stdout: "", stderr: "Error response from daemon: No such container: tailwart-stalwart-sidecar\n" }), open: () => connect(1, "127.0.0.1") };
      // This machine is the mailbox' host.
      return { ...ground, here: ground.sidecar, server: { ...ground.server, ...gone }, sidecar: { ...ground.sidecar, ...gone }, edges: [] };
    };

    test.each([
      ["mail will leave direct", DIRECT],
      ["mail will leave through the smarthost", RELAYED],
    ])("nothing is found: %s", async (_, overrides) => {
      // No account yet, so no CAA is wanted, and none is there.
      await lab.zone((records) => records.filter((one) => !one.startsWith("--caa-record=")), overrides);
      const outcomes = await diagnose(PREFLIGHT, away(lab.ground(overrides))).finally(() => lab.zone());
      expect(said(outcomes)).toEqual({});
      const unknown = Object.fromEntries(outcomes.filter(({ state }) => state === "unknown").map(({ check, reason }) => [check.name, reason]));
      expect(unknown).toEqual({});
    });

    test("a dead key is found from here, and the finding says so", async () => {
      const doors = { secret: (name: string) => (name === "STALWART_ACME_TOKEN" ? "revoked" : SECRETS[name]) };
      const [{ state, findings }] = await diagnose(PREFLIGHT.filter(({ name }) => name === "dns-provider-key"), away(lab.ground(DIRECT, doors)));
      expect(state).toBe("fault");
      expect(findings[0].what).toContain("asked from this machine, not the mailbox");
    });

    test("a blocked port 25 is found from the mailbox's host", async () => {
      const here = { from: "here", open: () => connect(1, "127.0.0.1") };
      const [{ state, findings }] = await diagnose(PREFLIGHT.filter(({ name }) => name === "outbound-25"), { ...away(lab.ground()), here });
      expect([state, findings[0]?.where]).toEqual(["fault", "this machine (the mailbox does not run)"]);
    });

    test("refuses to guess for a host elsewhere", async () => {
      const elsewhere = { ...DIRECT, MAILBOX_DOCKER_HOST: "ssh://root@home.test" };
      const [{ state, reason }] = await diagnose(PREFLIGHT.filter(({ name }) => name === "outbound-25"), away(lab.ground(elsewhere)));
      expect([state, reason]).toEqual(["unknown", expect.stringMatching(/on its host \(ssh:\/\/root@home\.test\) ask: nc -w 5/)]);
    });
  });

  test.each([...LINES, ...CERTIFICATES, ...RECORDS].map((fault): [string, Fault] => [fault.name, fault]))("found, and by nobody else: %s", async (name, { overrides = DIRECT, plant, heal, finds, perhaps = [] }) => {
    const doors = await plant(lab);
    try {
      const outcomes = await diagnose(OURS, lab.ground(overrides, doors ?? {}));
      row(name, outcomes);
      const all = said(outcomes);
      const found = Object.fromEntries(Object.entries(all).filter(([check]) => !perhaps.includes(check)));
      expect(found).toEqual(Object.fromEntries(Object.keys(finds).map((check) => [check, expect.any(String)])));
      for (const [check, text] of Object.entries(finds)) {
        const whats = outcomes.find((one) => one.check.name === check)?.findings.map(({ where, what }) => [what, `${where} ${what}`]).flat() ?? [];
        expect(whats.some((one) => text.test(one)) ? "" : `${check}: ${whats.join("; ")}`).toBe("");
      }
    } finally {
      await heal(lab);
    }
  });
});
