import type { Check, Finding } from "../check";
import { said } from "../container";
import type { Ground, Shell } from "../ground";

const MOST_SECONDS = 30;

interface Clock {
  readonly whose: string;
  /** how far it is ahead of this machine's, in seconds */
  readonly ahead: number;
}

/** Half of the way there and back counts as the moment. */
async function read(ground: Ground, whose: string, ask: () => Promise<number>): Promise<Clock> {
  const before = ground.now().getTime();
  const its = await ask();
  return { whose, ahead: (its - (before + ground.now().getTime()) / 2) / 1000 };
}

const shellClock = (shell: Pick<Shell, "exec" | "from">) => async (): Promise<number> => {
  const seconds = Number((await said(shell, ["/bin/sh", "-c", "date +%s 2>/dev/null || /bin/busybox date +%s"])).trim());
  // Between this second and the next.
  return seconds * 1000 + 500;
};

/** An HTTP server's Date (RFC 9110 section 6.6.1): the control server's, which everybody here reaches anyway; none when it does not answer. */
const reference = (ground: Ground): Promise<Clock[]> =>
  read(ground, "the control server", async () => {
    const date = Date.parse((await ground.http(ground.deployment.tailnet.policy.url, { seconds: 5 })).headers.get("date") ?? "");
    if (Number.isNaN(date)) throw new Error("it sends no date");
    return date + 500;
  }).then((clock) => [clock], () => []);

/** Who is apart from the others: from the control server where it has told, else from this machine. */
export function apart(clocks: readonly Clock[], right: number): { readonly whose: string; readonly seconds: number }[] {
  return clocks.map(({ whose, ahead }) => ({ whose, seconds: Math.round(ahead - right) })).filter(({ seconds }) => Math.abs(seconds) > MOST_SECONDS);
}

export const clock: Check = {
  name: "clock",
  proves: `the clocks of mailbox, edges and this machine are within ${MOST_SECONDS} s of each other and of the control server's`,
  from: "operator",
  severity: "error",
  symptom: "S3 answers RequestTimeTooSkewed, certificates are \"not yet valid\", DKIM signatures lie in the future, logs of both ends cannot be matched",
  cause: "nothing sets the clock of that host, or its virtual machine was paused",
  fix: "timedatectl set-ntp true on that host; chronyc makestep after a pause",
  seconds: 25,
  async run(ground) {
    const mailbox = read(ground, "the mailbox's host", shellClock(ground.sidecar));
    const edges = ground.edges.map(({ site, shell }) => read(ground, `the host of edge ${site.name}`, shellClock(shell)));
    const [right] = await reference(ground);
    const clocks: Clock[] = [{ whose: "this machine", ahead: 0 }, ...(await Promise.all([mailbox, ...edges]))];
    return apart(clocks, right?.ahead ?? 0).map(({ whose, seconds }): Finding => ({ where: whose, what: `its clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} ${right?.whose ?? "this machine's"}`, key: "apart" }));
  },
};
