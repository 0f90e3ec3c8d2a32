import { SINGLETONS } from "../../../lib/mailbox/stalwart/objects";
import { startPlan } from "../../../lib/mailbox/stalwart/plan";
import { MOST_CALLS } from "../../../lib/mailbox/stalwart/request";
import { stateFiles } from "../../../lib/mailbox/stalwart/state";
import { deployment, LARGE, wireOf } from "../../deployment";

const readBy = (overrides: Readonly<Record<string, string>>): string[] =>
  stateFiles(startPlan(deployment(overrides), wireOf(overrides))).flatMap(({ request }) => request.methodCalls.map(([method]) => method));

test("reads what is written at every start, and nothing that the server or a person may change", () => {
  const read = readBy(LARGE);
  expect(read).toEqual(expect.arrayContaining(["x:SystemSettings/get", "x:NetworkListener/get", "x:Security/get", "x:MtaRoute/get", "x:Tracer/get"]));
  for (const type of ["Domain", "Account", "AllowedIp", "Certificate", "AcmeProvider", "DnsServer", "Asn", "Application"]) expect(read).not.toContain(`x:${type}/get`);
});

test("reads the downloads only where the plan holds them off", () => {
  const read = readBy({ STALWART_WEB_ADMIN: "off", STALWART_ASN: "off" });
  expect(read).toEqual(expect.arrayContaining(["x:Application/get", "x:Asn/get"]));
  expect(read).not.toContain("x:SpamSettings/get");
});

test("asks for a singleton by its id, in requests that the server takes", () => {
  const off = { STALWART_WEB_ADMIN: "off", STALWART_ASN: "off", STALWART_SPAM_RULES: "off" };
  const files = stateFiles(startPlan(deployment(off), wireOf(off)));
  expect(files.map(({ name }) => name)).toEqual(["state-01.get", "state-02.get"]);
  for (const { request } of files) {
    expect(request.methodCalls.length).toBeLessThanOrEqual(MOST_CALLS);
    for (const [method, { ids }] of request.methodCalls) {
      const single = SINGLETONS.some((type) => method === `x:${type}/get`);
      expect(ids).toEqual(single ? ["singleton"] : null);
    }
  }
});
