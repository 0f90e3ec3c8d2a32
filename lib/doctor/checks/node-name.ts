import type { Check, Finding } from "../check";
import { tailnetAddresses } from "../edge-line";
import { nodesIn, type TailnetStatus } from "../node-status";
import { said } from "../container";

const misnamed = (where: string, name: string, host: string): Finding[] =>
  name === host ? [] : [{ where, what: `it is ${name || "nobody"} on the tailnet, and everybody dials ${host}`, key: "name" }];

export const nodeName: Check = {
  name: "node-name",
  proves: "mailbox and edges have the MagicDNS names that everybody dials",
  from: "mailbox",
  severity: "error",
  symptom: "the node is stalwart-1 now; the edge dials the old one, and every line is accepted and says nothing",
  cause: "it registered again while the old node was still there: its state volume was lost, or TS_EPHEMERAL=true and no clean stop",
  fix: "npm run deploy removes the old node and renames this one where an API credential allows; else delete the old machine in the admin console (headscale nodes delete) and rename this one",
  lesson: "pitfalls",
  seconds: 25,
  async run(ground) {
    const { wire, sidecar } = ground;
    const status = JSON.parse(await said(sidecar, ["tailscale", "status", "--json"])) as TailnetStatus;
    const { state, self, peers } = nodesIn(status);
    if (state !== "Running") return [{ where: sidecar.container, what: `it is not on the tailnet: ${state}`, key: "off", cause: "its key ended or was taken back, or the control server does not answer", fix: `docker logs ${sidecar.container}; a new TS_AUTHKEY in .env, then npm run deploy` }];
    const edges = ground.edges.map(async (edge) => {
      const own = await tailnetAddresses(edge);
      // A node that the mailbox does not see is the policy's matter, and one without an address node-address'.
      const node = peers.find(({ addresses }) => addresses.some((one) => own.includes(one)));
      return node === undefined ? [] : misnamed(`edge ${edge.site.name}`, node.name, edge.node.host);
    });
    return [...misnamed(sidecar.container, self.name, wire.mailbox.host), ...(await Promise.all(edges)).flat()];
  },
};
