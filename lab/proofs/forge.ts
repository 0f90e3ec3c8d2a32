import { connect } from "node:net";
import type { Line } from "../../lib/wire";
import { DOMAIN, NEIGHBOURS } from "../addresses";
import { expect, until, type Bench } from "../bench";
import { mailboxAddress, sidecarOf } from "./acl";
import type { Proof } from "./proof";

/** An address that nobody has here; all of its bytes are ASCII, so that the header passes as text. */
const FORGED = "10.66.77.88";
/** PROXY protocol v2: signature, PROXY over TCP4, 12 bytes, two addresses, two ports (specification section 2.2). */
const v2 = (last: number): Buffer => Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c, 10, 66, 77, last, 10, 66, 77, 1, 0x30, 0x39, 0x00, 0x19]);
const V1 = Buffer.from(`PROXY TCP4 ${FORGED} 10.66.77.1 12345 25\r\n`);
const HEADERS = { v1: V1, v2: v2(88) } as const;
/** What the edge may say: the same header from there has to be believed, or a missing address in the log would prove nothing. */
const TRUSTED = "10.66.77.99";

/** The edge's own node says the same on a line, and the server's log names the address. */
async function believedFromEdge(bench: Bench, { port, name }: Line, speech: string): Promise<void> {
  const since = new Date();
  const edge = sidecarOf(bench.wire.edges[0].name);
  await bench.exec(edge, ["/bin/sh", "-c", 'timeout 6 nc "$1" "$2"', "sh", await mailboxAddress(bench), String(port)], `${v2(99).toString("latin1")}${speech}`);
  await until(`${name} ${port} believes the edge`, 5, async () => ((await bench.logSince(since)).includes(TRUSTED) ? true : undefined));
}

/** What a server would obey if it believed the header. maddy looks at the sender, and logs it, when there is a recipient. */
const speech = ({ protocol }: Line): string => (protocol === "smtp" ? `EHLO forger.test\r\nMAIL FROM:<forger@forger.test>\r\nRCPT TO:<postmaster@${DOMAIN}>\r\nQUIT\r\n` : "a LOGOUT\r\n");

function fromHost(host: string, port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ host, port }, () => socket.write(bytes));
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(said);
    };
    const timer = setTimeout(end, 4000);
    socket.on("data", (data) => (said += data.toString("latin1"))).on("error", end).on("close", end);
  });
}

async function notBelieved(bench: Bench, line: Line, who: string, since: Date): Promise<void> {
  const log = await bench.logSince(since);
  expect(!log.includes(FORGED), `${who}: ${line.name} ${line.port} believed the forged address: ${(log.split("\n").find((one) => one.includes(FORGED)) ?? "").slice(0, 200)}`);
}

export const forgeTailnet: Proof = {
  name: "forge-tailnet",
  promise: "a neighbour in the tailnet that sends a PROXY header is not believed",
  prove: async (bench) => {
    const address = await mailboxAddress(bench);
    // What the policy lets a user open; for all other lines the policy answers (acl).
    const open = bench.wire.lines.filter((line) => line.reach === "tailnet" && bench.wire.grants.some((grant) => grant.line === line.name && grant.src.some((src) => bench.deployment.tailnet.users.includes(src))));
    const script = 'timeout 6 nc "$1" "$2"';
    for (const line of open)
      for (const [version, header] of Object.entries(HEADERS)) {
        const since = new Date();
        const { stdout } = await bench.exec(sidecarOf(NEIGHBOURS.user), ["/bin/sh", "-c", script, "sh", address, String(line.port)], `${header.toString("latin1")}${speech(line)}`);
        expect(stdout !== "", `${line.name} ${line.port} did not say a word to ${NEIGHBOURS.user}, so nothing was tried`);
        await notBelieved(bench, line, `PROXY ${version} from ${NEIGHBOURS.user}`, since);
      }
    return { seen: open.length === 0 ? "the policy lets a user open no line at all" : `v1 and v2 on ${open.map(({ name, port }) => `${name} ${port}`).join(", ")}: refused` };
  },
};

export const forgeHost: Proof = {
  name: "forge-host",
  promise: "a program on the mailbox's own host, past the tailnet's policy, that sends a PROXY header is not believed",
  prove: async (bench) => {
    const { stdout } = await bench.lab.engine.docker(["inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", `tailwart-${bench.wire.mailbox.name}-namespace`]);
    const address = stdout.trim().split(" ")[0];
    const lines = bench.wire.lines.filter(({ kind }) => kind === "mail");
    const incoming = bench.line("smtp");
    if (incoming !== undefined) await believedFromEdge(bench, incoming, speech(incoming));
    let greeted = 0;
    for (const line of lines)
      for (const [version, header] of Object.entries(HEADERS)) {
        const since = new Date();
        const said = await fromHost(address, line.port, Buffer.concat([header, Buffer.from(speech(line))]));
        if (said !== "") greeted += 1;
        await notBelieved(bench, line, `PROXY ${version} from the host`, since);
      }
    expect(greeted > 0, `nothing at ${address} answered, so nothing was tried; is the engine on this machine?`);
    return { seen: `v1 and v2 on ${lines.length} lines at ${address}: not believed (the same from the edge is)` };
  },
};
