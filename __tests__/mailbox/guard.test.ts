import { guardOf } from "../../lib/mailbox/guard";
import { EDGE_PEER } from "../../lib/wire";
import { LARGE, wireOf } from "../deployment";

describe("the guard's settings", () => {
  test.each<[what: string, settings: Readonly<Record<string, string>>, edge: string, others: string]>([
    ["the web's line without a header, whose visitors all come as the edge", {}, "25,465,587,143,993,443", "8080"],
    ["a line that only the tailnet may open", { TAILNET_LINES: "imap", PUBLIC_LINES: "smtp" }, "25,443", "143,8080"],
    ["a mail-only edge", { EDGE_WEB: "mail-only" }, "25,465,587,143,993", "8080"],
    ["the administration through the edge", LARGE, "25,465,587,993,4190,443,8080", "143"],
  ])("name the ports by who may open them: %s", (_, settings, edge, others) => {
    expect(guardOf(wireOf(settings)).environment).toMatchObject({ EDGE_PORTS: edge, MAIL_PORTS: others, EDGE_PEER });
  });

  test("name every edge and their tag", () => expect(guardOf(wireOf(LARGE)).environment).toMatchObject({ EDGES: "fra.tail0000.ts.net nyc.tail0000.ts.net", EDGE_TAG: "tag:reverse-proxy" }));
});
