import { randomBytes } from "node:crypto";
import { Http } from "../lib/site/http";
import { backup } from "../lib/backup/backup";
import { restore } from "../lib/backup/restore";
import { deploy } from "../lib/deploy/deploy";
import { destroy } from "../lib/deploy/destroy";
import { askMailbox } from "../lib/dns/ask";
import { Imap } from "../lib/doctor/imap";
import { fromContainer } from "../lib/site/tunnel";
import { table } from "../lib/text";
import { DOMAIN, MAIL_HOST } from "./addresses";
import { Bench, expect, until } from "./bench";
import { arrived, openOutside } from "./faults/arrived";
import { flow, flows } from "./faults/flow";
import { placeOf, type Lab } from "./lab";
import type { Attempt } from "./traffic/ledger";

/** An account beside the first one, made by hand as its owner would make it. */
const SECOND = "second";

/** Adds an account by the server's own administration; fails when the server refuses it. */
async function addAccount({ deployment, wire, lab, admin }: Bench, name: string, password: string): Promise<void> {
  const port = wire.listeners.find(({ line }) => line === "admin")?.port ?? 0;
  const way = fromContainer(lab.host, `tailwart-${deployment.tailnet.mailboxName}-sidecar`, "the mailbox", lab.environment);
  const http = new Http(way, { tls: false, host: "127.0.0.1", port }, 1, 20);
  const call = async (method: string, args: object): Promise<Record<string, any>> => {
    const { status, body } = await http.exchange({
      method: "POST",
      path: "/jmap",
      headers: { "content-type": "application/json", authorization: `Basic ${Buffer.from(`${admin.address}:${admin.password}`).toString("base64")}` },
      body: Buffer.from(JSON.stringify({ using: ["urn:ietf:params:jmap:core", "urn:stalwart:jmap"], methodCalls: [[method, args, "c0"]] })),
    });
    expect(status === 200, `the administration answers with status ${status}`);
    return (JSON.parse(body.toString()) as { methodResponses: [string, Record<string, any>][] }).methodResponses[0][1];
  };
  try {
    const domain = ((await call("x:Domain/get", { ids: null })).list as { id: string; name: string }[]).find((one) => one.name === DOMAIN);
    const made = await call("x:Account/set", { create: { one: { "@type": "User", name, domainId: domain?.id, credentials: { "0": { "@type": "Password", secret: password } } } } });
    expect(made.created?.one !== undefined, `the account ${name} was refused: ${JSON.stringify(made.notCreated ?? made).slice(0, 200)}`);
  } finally {
    http.close();
  }
}

async function logsIn(bench: Bench, user: string, pass: string): Promise<void> {
  const line = bench.line("imaps");
  if (line === undefined) throw new Error("the lab has no public imaps line");
  const raw = openOutside(line.port);
  await (await Imap.login(raw, { line: line.name, port: line.port, protocol: line.protocol, tls: true, servername: MAIL_HOST }, { user, pass }, 30)).leave();
}

const keysOf = async ({ deployment, wire, lab }: Bench): Promise<string> => JSON.stringify(((await askMailbox(deployment, wire, lab.folder, lab.environment)).dkim ?? []).map(({ name, text }) => [name, text]).sort());

/** `npm run lab -- drill`: backup under traffic, all data destroyed, deployed anew, restored. @returns the exit code */
export async function drill(lab: Lab): Promise<number> {
  const bench = new Bench(lab);
  expect(bench.server === "stalwart", "the drill needs a lab with Stalwart: npm run backup knows no other server yet");
  const [mark, password] = [`b${randomBytes(4).toString("hex")}`, randomBytes(18).toString("base64url")];
  await addAccount(bench, SECOND, password);
  const keys = await keysOf(bench);
  const traffic = flow(bench, mark);
  const folder = lab.path("backups", mark);
  let begun = 0;
  let attempts: readonly Attempt[] = [];
  try {
    expect(await flows(traffic, 0, 15, 90), "mail does not flow before anything has happened");
    begun = traffic.seconds;
    await backup(lab.folder, lab.environment, { folder, withSecrets: true }, (line) => lab.say(`backup: ${line}`));
  } finally {
    attempts = await traffic.stop();
  }
  const before = attempts.filter(({ accepted, ended }) => accepted && ended <= begun).map(({ number }) => number);
  const place = placeOf(lab);
  expect((await destroy(place, { yes: true, withData: true })) === 0, "the deployment was not removed: see above");
  expect((await deploy(place, { yes: true, withData: false })) === 0, "the deployment did not come up again: see above");
  const empty = await arrived(bench, mark);
  await restore(lab.folder, lab.environment, { folder, replace: false }, (line) => lab.say(`restore: ${line}`));
  const there = new Set(await until("the mailbox can be read", 60, () => arrived(bench, mark).catch(() => undefined)));
  const missing = before.filter((number) => !there.has(number));
  await logsIn(bench, `${SECOND}@${DOMAIN}`, password);
  const rows = [
    ["messages accepted before the backup began", String(before.length)],
    ["of them there after destroy and deploy", String(before.filter((number) => empty.includes(number)).length)],
    ["of them readable after the restore", String(before.length - missing.length)],
    ["missing", missing.length === 0 ? "0" : missing.join(" ")],
    ["accepted while the backup ran, and in it", String([...there].filter((number) => !before.includes(number)).length)],
    ["DKIM keys", (await keysOf(bench)) === keys ? "the same" : "DIFFERENT"],
    ["the account made by hand", "logs in with its password"],
  ];
  lab.say("");
  table(rows).forEach((line) => lab.say(line));
  return missing.length === 0 && before.length > 0 && rows[5][1] === "the same" ? 0 : 1;
}
