import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { RedisSite } from "../../config";
import type { Way } from "../../site/tunnel";
import { reachFix, reasonOf, type Check } from "./check";

export interface RedisJob {
  readonly way: Way;
  readonly site: RedisSite;
  readonly password: string;
}

const SECONDS = 10;
const command = (...words: string[]): string => `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;

/** Sends commands whose answers are one line each (redis.io, "RESP protocol spec"). */
async function answers({ way, site }: RedisJob, commands: readonly string[]): Promise<string[]> {
  const socket = way.open(site.host, site.port);
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${SECONDS} s`)), SECONDS * 1000);
  let said = "";
  socket.on("data", (data: Buffer) => {
    said += data.toString();
    if (said.split("\r\n").length > commands.length) socket.end();
  });
  try {
    socket.write(commands.join(""));
    await once(socket, "end");
    return said.split("\r\n").slice(0, commands.length);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/no password is set|without any password configured/i, "it asks nobody for a password, and the mail server's login fails there; set requirepass in redis.conf to the value of STALWART_REDIS_PASSWORD"],
  [/WRONGPASS|invalid password/i, "STALWART_REDIS_PASSWORD is not its requirepass"],
  [/DB index/i, "it has fewer databases; lower STALWART_REDIS_DB or raise databases in redis.conf"],
  [/LOADING/i, "it is reading its data; try again"],
];

/** Tries password and database number as the mail server will use them. Nothing has to be made in Redis. */
export async function redisChecks(job: RedisJob): Promise<Check[]> {
  const { way, site, password } = job;
  const at = `${site.host}:${site.port}`;
  const line = { tried: `Redis AUTH, SELECT ${site.database}, PING at ${at}`, from: way.from };
  try {
    const said = await answers(job, [command("AUTH", password), command("SELECT", String(site.database)), command("PING")]);
    const refused = said.find((one) => !/^\+(OK|PONG)$/.test(one));
    if (refused !== undefined) return [{ ...line, state: "fail", result: refused === "" ? "it hung up" : refused.replace(/^-/, ""), fix: FIXES.find(([sign]) => sign.test(refused))?.[1] }];
    const wrong = { tried: `Redis AUTH with a wrong password at ${at}`, from: way.from };
    const [answer] = await answers(job, [command("AUTH", randomBytes(12).toString("hex"))]);
    const trusting: Check = { ...wrong, state: "warn", result: "it was let in: the server takes any password", fix: "set requirepass, and take nopass from the default user's ACL" };
    return [{ ...line, state: "ok", result: "PONG" }, answer.startsWith("+OK") ? trusting : { ...wrong, state: "ok", result: "refused, as it should be" }];
  } catch (error) {
    return [{ ...line, state: "fail", result: reasonOf(error), fix: reachFix(reasonOf(error), site.host) }];
  }
}
