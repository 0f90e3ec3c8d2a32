import { PRIVATE_PORTS, type Wire } from "../../wire";
import { SSH_PORT } from "./tests";

/** What a person calls the tags and ports that our entries name. */
export function policyNotes({ mailbox, edges, lines, grants }: Wire): Record<string, string> {
  const notes: Record<string, string> = {};
  // A tag may carry several roles (one node for all backends, or the mailbox's own tag on them): the first note stays, others add to it.
  const add = (key: string, note: string): void => {
    if (!notes[key]?.split(", ").includes(note)) notes[key] = notes[key] === undefined ? note : `${notes[key]}, ${note}`;
  };
  add(mailbox.tag, "mailbox");
  for (const edge of edges) add(edge.tag, "edge");
  for (const { line, dst, port } of grants) {
    if (dst !== mailbox.tag) add(dst, line);
    add(`${dst}:${port}`, line);
  }
  const fallback = (key: string, note: string): void => {
    notes[key] ??= note;
  };
  for (const tag of [mailbox.tag, ...edges.map((edge) => edge.tag)]) for (const { name, port } of lines) fallback(`${tag}:${port}`, name);
  fallback(`${mailbox.tag}:${SSH_PORT}`, "ssh");
  fallback(`${mailbox.tag}:${PRIVATE_PORTS.recovery}`, "start plan");
  return notes;
}
