import { isIPv4 } from "node:net";
import { reverseName } from "../dns/reverse";
import type { Lookup } from "../dns/resolver";
import { CannotAsk } from "./check";
import type { Ground } from "./ground";

/** Lists that many receivers ask, and that may be asked for one's own address. */
export const LISTS = ["zen.spamhaus.org", "bl.spamcop.net", "psbl.surriel.com", "b.barracudacentral.org"] as const;

/** What every list has, and never has (RFC 5782 section 5). */
const TEST_POINT = "127.0.0.2";

/** The name under which a list knows an address (RFC 5782 sections 2.1, 2.4). */
export const listName = (address: string, list: string): string => `${reverseName(address).replace(/\.(in-addr|ip6)\.arpa$/, "")}.${list}`;

/** In 127.255.255.0/24 the list says that it refuses the resolver (spamhaus.org/faqs/dnsbl-usage). */
export const refuses = (answers: readonly string[]): boolean => answers.some((one) => one.startsWith("127.255.255."));
const listed = (answers: readonly string[]): boolean => !refuses(answers) && answers.some((one) => one.startsWith("127."));

/** Addresses of a name as the mailbox's own resolver gives them. @throws CannotAsk */
export async function fromMailbox({ sidecar }: Ground, name: string): Promise<readonly string[]> {
  const { status, stdout, stderr } = await sidecar.exec(["nslookup", "-type=a", `${name}.`], { seconds: 8 });
  const said = `${stdout}\n${stderr}`;
  if (/NXDOMAIN/i.test(said)) return [];
  const [, answer] = stdout.split(/\n\s*\n/, 2);
  const found = [...(answer ?? "").matchAll(/^Address(?: \d+)?:\s*(\S+)/gm)].map(([, address]) => address).filter((one) => isIPv4(one));
  if (found.length === 0 && (status !== 0 || !/no answer|Can't find|Non-authoritative/i.test(said))) throw new CannotAsk(`the mailbox's resolver does not answer (${said.trim().split("\n").pop()})`);
  return found;
}

/** Whom lists answer: the mailbox's resolver, or this machine's; never a big public one, which they refuse. */
const waysOf = (ground: Ground): readonly Lookup[] => [(name) => fromMailbox(ground, name), ground.ownLookup];

/** Answers of a list on an address: codes, empty when it is not listed. @throws CannotAsk when no resolver of ours gets answers from it */
export async function codesOf(ground: Ground, address: string, list: string): Promise<readonly string[]> {
  for (const lookup of waysOf(ground)) {
    try {
      if (!listed(await lookup(listName(TEST_POINT, list), "A"))) continue;
      const answers = await lookup(listName(address, list), "A");
      if (!refuses(answers)) return answers.filter((one) => one.startsWith("127."));
    } catch {
      // the next one, then
    }
  }
  throw new CannotAsk(`${list} answers neither the mailbox's resolver nor this machine's`);
}

/** How the mailbox's own resolver fares with a list; undefined when it gets answers. */
export async function troubleWith(ground: Ground, list: string): Promise<string | undefined> {
  const answers = await fromMailbox(ground, listName(TEST_POINT, list));
  if (refuses(answers)) return `${list} refuses the mailbox's resolver (${answers.join(", ")})`;
  return listed(answers) ? undefined : `${list} does not know its own test address for the mailbox's resolver, which hides or changes its answers`;
}
