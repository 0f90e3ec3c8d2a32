import { BACKEND_LINES, type BackendLineName } from "../wire/services";
import { CONTRACT } from "./contract";
import type { Tailnet } from "./deployment";
import type { Findings } from "./findings";
import { policyAccessOf } from "./policy-access";
import { didYouMean } from "./values";

/** MagicDNS names of Tailscale end in it. */
const TAILSCALE = "ts.net";
/** Autogroups that hold tagged nodes, so the edge as well, or that are no sources at all (Tailscale policy syntax). */
const NO_PEOPLE = /^autogroup:(tagged|danger-all|internet|self|nonroot)$/;

function tailnetName(f: Findings): string {
  const { TS_TAILNET: name, TS_LOGIN_SERVER: headscale } = f.settings;
  if (headscale === undefined) {
    if (!name.includes(".")) return `${name}.${TAILSCALE}`;
    if (!name.endsWith(`.${TAILSCALE}`))
      f.refuse("TS_TAILNET", name, `Tailscale's names end in .${TAILSCALE}; write the name that the DNS page of the admin console shows, or set TS_LOGIN_SERVER for Headscale`);
    else if (name.split(".").length > TAILSCALE.split(".").length + 1)
      f.refuse("TS_TAILNET", name, `this is the name of a node in it, and nodes would be dialed as stalwart.${name}; write the tailnet alone, ${name.split(".").slice(-3).join(".")}`);
    return name;
  }
  const [first, ...rest] = name.split(".");
  if ([f.settings.STALWART_MAGIC_NAME, ...f.settings.EDGE_MAGIC_NAME].includes(first) && rest.length > 1)
    f.warn(`TS_TAILNET ${name} begins with the name of a node (${first}), so that node is dialed as ${first}.${name}; if that is not its name, write ${rest.join(".")}`);
  if (!name.includes(".")) f.refuse("TS_TAILNET", name, "allowed with TS_LOGIN_SERVER: your Headscale's whole base_domain, like tailnet.example.org");
  const server = new URL(headscale).hostname;
  if (server === name || server.endsWith(`.${name}`))
    f.refuse("TS_LOGIN_SERVER", headscale, `${server} is inside the tailnet ${name} (TS_TAILNET), which Headscale refuses; give the server a name outside its base_domain`);
  return name;
}

function people(f: Findings): Pick<Tailnet, "users" | "admins" | "testUser"> {
  const { settings: s } = f;
  const headscale = s.TS_LOGIN_SERVER !== undefined;
  const admins = s.TAILNET_ADMINS ?? (headscale ? [] : ["autogroup:admin"]);
  for (const [variable, who] of [["TAILNET_USERS", s.TAILNET_USERS], ["TAILNET_ADMINS", admins]] as const) {
    const strange = who.find((one) => NO_PEOPLE.test(one));
    if (strange) f.refuse(variable, strange, "it stands for no people, or for tagged nodes, and the edge is one; write autogroup:member, a group or users");
    if (who.includes(s.EDGE_TAG)) f.refuse(variable, s.EDGE_TAG, "it is EDGE_TAG; the edge would reach what is for the tailnet only; take it out");
  }
  const foreign = headscale ? admins.find((who) => who.startsWith("autogroup:")) : undefined;
  if (foreign) f.refuse("TAILNET_ADMINS", foreign, "Headscale lets no autogroup own a tag (TS_LOGIN_SERVER is set); write a user (name@) or a group");
  if (headscale && admins.length === 0)
    f.warn(
      "TAILNET_ADMINS is not set: with Headscale nobody " +
        (s.ADMIN_VHOST === undefined ? "" : "but the edge's admin vhost ") +
        "then reaches the mail server's administration",
    );
  if (s.TAILNET_LINES.length === 0) f.idle("TAILNET_LINES is none", "TAILNET_USERS");
  return { users: s.TAILNET_USERS, admins, testUser: s.TAILNET_TEST_USER };
}

function tags(f: Findings): Tailnet["tags"] {
  const { MAILBOX_TAG: mailbox, EDGE_TAG: edge, BACKENDS_TAG: given, BACKENDS: kind } = f.settings;
  const names: readonly string[] = BACKEND_LINES;
  const of = (name: BackendLineName): string => ("all" in given ? given.all : (given.each.get(name) ?? (CONTRACT.BACKENDS_TAG.default as string)));
  const backends = Object.fromEntries(BACKEND_LINES.map((name) => [name, of(name)])) as Record<BackendLineName, string>;
  if (mailbox === edge)
    f.refuse("MAILBOX_TAG", mailbox, "it is EDGE_TAG too; give the mailbox a tag of its own, or every grant to the mailbox opens the edge as well");
  if ("each" in given)
    for (const name of given.each.keys())
      if (!names.includes(name)) f.refuse("BACKENDS_TAG", name, `allowed: ${names.join(", ")}; ${didYouMean(name, names) || "take it out"}`);
  if (kind === "embedded") f.idle("BACKENDS is embedded", "BACKENDS_TAG");
  else
    for (const tag of new Set(Object.values(backends))) {
      if (tag === edge) f.refuse("BACKENDS_TAG", tag, "it is EDGE_TAG too; give the backends a tag of their own, or the mailbox's grant opens the edge");
      if (tag === mailbox) f.refuse("BACKENDS_TAG", tag, "it is MAILBOX_TAG too; give the backends a tag of their own, or the edge's grants open them as well");
    }
  return { mailbox, edge, ...backends };
}

/** The tailnet: its names, tags and people. */
export function tailnetOf(f: Findings): Tailnet {
  const { settings: s } = f;
  if (s.EDGE_MAGIC_NAME.includes(s.STALWART_MAGIC_NAME))
    f.refuse("EDGE_MAGIC_NAME", s.EDGE_MAGIC_NAME, `${s.STALWART_MAGIC_NAME} is the mailbox's (STALWART_MAGIC_NAME); two nodes cannot have one name`);
  f.need("TS_AUTHKEY", "the mailbox joins the tailnet with it");
  if (f.secret("TS_AUTHKEY")?.value.startsWith("tskey-api-"))
    f.refuse("TS_AUTHKEY", "an API access token", "no node joins with it; make an auth key (tskey-auth-…) or an OAuth client (tskey-client-…)");
  return {
    name: tailnetName(f),
    headscale: s.TS_LOGIN_SERVER,
    mailboxName: s.STALWART_MAGIC_NAME,
    tags: tags(f),
    ...people(f),
    policy: policyAccessOf(f),
  };
}
