import { ANSWERS_OF, answers } from "../backends";
import type { Check, Finding } from "../check";
import { firstWords, inspected } from "../container";
import type { Ground } from "../ground";
import { startLog } from "../start-log";

/** What decides when the mail server may start, and whether it did. */
async function gateOf({ sidecar, wire }: Ground): Promise<Finding[]> {
  const { Test: test } = (JSON.parse(await inspected(sidecar, "{{json .Config.Healthcheck}}")) ?? {}) as { Test?: string[] };
  const missing = wire.dials.map(({ host, port }) => `${host}:${port}`).filter((backend) => !test?.includes(backend));
  if (test?.some((word) => word.endsWith("/sidecar-health.sh")) && missing.length === 0) return [];
  const what = missing.length > 0 ? `its health check does not ask for ${missing.join(", ")}` : "its health check is not the one that asks for the backends";
  return [{ where: sidecar.container, what, key: "health check", cause: "somebody made this container otherwise, or an old one was kept", fix: `docker rm -f ${sidecar.container} and npm run deploy` }];
}

async function startOf({ server, deployment }: Ground): Promise<Finding[]> {
  const { edges, planned, early } = startLog(await firstWords(server));
  const gated = edges !== undefined && (planned || deployment.mailbox.server !== "stalwart");
  const fix = `docker restart ${server.container}: its start script waits; where the script itself is gone, docker rm -f ${server.container} and npm run deploy`;
  if (!gated) return [{ where: server.container, what: "since its last start its log has no word of the start script that waits for the backends", key: "start", cause: "it was started without the script, or is still waiting", fix }];
  return early === undefined ? [] : [{ where: server.container, what: `it began without a store: ${early.slice(0, 200)}`, key: "early", fix }];
}

export const gate: Check = {
  name: "gate",
  proves: "the mail server was started by the gate that asks every backend, and every backend answers in its namespace now",
  from: "mailbox",
  severity: "error",
  symptom: "settings and certificates are accepted and gone after a restart; \"Failed to create tables: error connecting to server\"; or the mail server never starts",
  cause: "the sidecar counts as healthy before the way to PostgreSQL, Redis or S3 works, or a backend is off",
  fix: "start the backend, look at its node (tailscale status) and at BACKENDS_TAG in the policy; npm run backends tries each with its password",
  lesson: "1-settings-that-were-never-kept",
  seconds: 25,
  async run(ground) {
    const now = ground.wire.dials.map(async ({ line, host, port }): Promise<Finding[]> => {
      const problem = await answers(ground.sidecar, host, port, ANSWERS_OF[line]);
      return problem === undefined ? [] : [{ where: `${line} ${host}:${port}`, what: problem, key: "silent" }];
    });
    return (await Promise.all([gateOf(ground), startOf(ground), ...now])).flat();
  },
};
