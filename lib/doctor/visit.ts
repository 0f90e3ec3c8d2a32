import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { talk, type Target } from "../site/talk";
import type { Way } from "../site/tunnel";
import { localAddress } from "./client-address";
import { printed } from "./container";
import type { EdgeGround, Ground } from "./ground";
import { Imap, secured } from "./imap";
import { letter, NotTaken, post, type Login } from "./letter";
import { fresh, seenBy } from "./mail-log";
import { Http } from "../site/http";

/** One session on a public line, as a client has it. */
export interface Visit {
  readonly target: Target;
  /** of the message that was handed over */
  readonly mark?: string;
  /** our end of the connection, where it is known */
  readonly local?: string;
  /** the client's address in the mail server's log */
  readonly seen?: string;
  /** why there was no session */
  readonly failure?: string;
}

const STRANGER = "tailwart doctor <doctor@tailwart.invalid>";
/** What is logged with the address of who logs in. */
const SHOWING: readonly Target["protocol"][] = ["smtp", "imap", "http"];
const LOG_LINES = ["--tail", "400"];

/** Visits every line one after the other, and reads in the log who came. */
export async function visits(ground: Ground, edge: EdgeGround, way: Way, targets: readonly Target[], login: Login): Promise<Visit[]> {
  return Promise.all(
    targets.map((target) =>
      ground.politely(edge.site.ipv4, async (): Promise<Visit> => {
        const before = await printed(ground.server, LOG_LINES);
        const raw = way.open(edge.site.ipv4, target.port);
        let local = localAddress(raw);
        raw.once("connect", () => (local = localAddress(raw)));
        const outcome = await session(ground, raw, target, login).catch((error: unknown) => ({ failure: error instanceof Error ? error.message : String(error), mark: undefined, ehlo: undefined }));
        raw.on("error", () => undefined).destroy();
        let seen: string | undefined;
        // Its log is written in lots.
        for (let tries = 0; tries < 4 && seen === undefined && outcome.failure === undefined && SHOWING.includes(target.protocol); tries += 1) {
          if (tries > 0) await sleep(250);
          seen = sighting(fresh(before, await printed(ground.server, LOG_LINES)), target, outcome.ehlo ?? login.user);
        }
        return { target, local, failure: outcome.failure, mark: outcome.mark, seen };
      }),
    ),
  );
}

/** The line of the log that has our words: the EHLO that nobody else says, or the login. */
function sighting(lines: readonly string[], { line }: Target, words: string): string | undefined {
  const ours = lines.filter((text) => text.includes(words));
  const maddy = ours.map((text) => /"src_ip":"\[?([0-9a-fA-F.:]+?)\]?:\d+"/.exec(text)?.[1]).find((one) => one !== undefined);
  return seenBy(ours).filter((one) => one.line === "" || one.line === line).at(-1)?.address ?? maddy;
}

interface Session {
  readonly failure?: string;
  readonly mark?: string;
  readonly ehlo?: string;
}

async function session(ground: Ground, raw: Duplex, target: Target, login: Login): Promise<Session> {
  if (target.protocol === "smtp") return sent(ground, raw, target, login);
  if (target.protocol === "imap") await (await Imap.login(raw, target, login)).leave();
  else if (target.protocol === "http") await asked(raw, target, login);
  else {
    const { ok, said } = await talk(() => raw, target);
    return ok ? {} : { failure: said };
  }
  return {};
}

async function sent(ground: Ground, raw: Duplex, target: Target, login: Login): Promise<Session> {
  const stranger = target.line === "smtp";
  const one = letter(login.user, stranger ? STRANGER : login.user, ground.now());
  try {
    await post(raw, target, one, login.user, stranger ? undefined : login);
    return one;
  } catch (error) {
    // What the server refuses by a rule of its own says nothing of addresses; its log has seen ours.
    if (error instanceof NotTaken && /^[45]\d\d/.test(error.said) && error.at !== "EHLO") return { ehlo: one.ehlo };
    throw error;
  }
}

/** A login over HTTPS: without one the log does not say who came. */
async function asked(raw: Duplex, target: Target, { user, pass }: Login): Promise<void> {
  const stream = await secured(raw, target, 8);
  const http = new Http({ from: "", open: () => stream }, { tls: false, host: target.servername, port: target.port }, 1, 8);
  const authorization = `Basic ${Buffer.from(`${user}:${pass}`).toString("base64")}`;
  await http.exchange({ method: "GET", path: "/jmap/session", headers: { authorization, connection: "close" } }).finally(() => http.close());
}
