import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { matching, reading, refuse, type ValueType } from "./reading";

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A DNS name in lower case (RFC 1123 section 2.1). A last label of digits would be read as an IPv4 address (URL Standard, "ends in a number"). */
export const isName = (text: string): boolean =>
  text.length <= 253 && text.split(".").every((label) => LABEL.test(label)) && !(text.includes(".") && /\.(\d+|0x[0-9a-f]*)$/.test(text));

export const IP_CHANGES =
  "an IP address changes when a node registers again, and whatever dials it then reaches nobody; write the node's MagicDNS name";

/** Whether this is an IP address, alone or with brackets, a port or a prefix length. */
export const looksLikeIP = (text: string): boolean => {
  const bare = text.replace(/\/\d+$/, "").replace(/^\[([^\]]*)\](:\d+)?$/, "$1");
  return isIP(bare) !== 0 || isIP(bare.replace(/:\d+$/, "")) === 4;
};

/** A mail domain or host name with at least two labels; international names become their ASCII form (RFC 5890). */
export const domain: ValueType<string> = reading((text) => {
  if (looksLikeIP(text)) return refuse("write a domain name, not an IP address");
  if (text.includes("@")) return refuse("write the domain only, without what comes before the @");
  if (text.includes("/") || text.includes(":")) return refuse("write the name only, without scheme, port or path");
  if (text.endsWith(".")) return refuse("leave out the dot at the end");
  // domainToASCII decodes %41, and takes 127.1 for an address.
  const ascii = /[%\\?#]/.test(text) ? "" : domainToASCII(text);
  if (!ascii || isIP(ascii) || !isName(ascii)) return refuse("write labels of letters, digits and hyphens, with dots between them");
  return ascii.includes(".") ? ascii : refuse(`a domain has at least one dot; write for example ${ascii}.org`);
});

/** First label of a MagicDNS name. */
export const magicName: ValueType<string> = reading((text) => {
  if (looksLikeIP(text)) return refuse(IP_CHANGES);
  const lower = text.toLowerCase();
  const first = lower.split(".")[0];
  if (lower.includes(".")) return refuse(`leave out the tailnet; write ${LABEL.test(first) ? first : "the first label only"}`);
  return LABEL.test(lower) ? lower : refuse("write letters, digits and hyphens only");
});

/** The name of the whole tailnet, as MagicDNS shows it: `tail1234.ts.net`; a bare label is Tailscale's own form. */
export const tailnetName: ValueType<string> = reading((text) => {
  if (looksLikeIP(text)) return refuse("write the tailnet's DNS name, not an address");
  if (text.endsWith(".")) return refuse("leave out the dot at the end");
  const lower = text.toLowerCase();
  return isName(lower) ? lower : refuse("write the name that the DNS page of the admin console shows, like tail1a2b3c.ts.net");
});

/** A backend's place on the tailnet: a MagicDNS name, short or full. Whether it is in this tailnet is checked later. */
export const tailnetHost: ValueType<string> = reading((text) => {
  if (looksLikeIP(text)) return refuse(IP_CHANGES);
  const lower = text.toLowerCase();
  if (/^\w+:\/\//.test(lower)) return refuse("write the name only, without scheme, port or path");
  if (/:\d+$/.test(lower)) return refuse("leave out the port; it has a variable of its own");
  if (lower.endsWith(".")) return refuse("leave out the dot at the end");
  return isName(lower) ? lower : refuse("write a MagicDNS name like postgres");
});

/** Policy tag: `tag:` + a letter + letters, digits, hyphens (Tailscale policy syntax). */
export const tag: ValueType<string> = reading((text) => {
  if (/^tag:[a-zA-Z][a-zA-Z0-9-]{0,62}$/.test(text)) return text;
  if (text.startsWith("tag:")) return refuse("after tag: comes a letter, then letters, digits, hyphens");
  return refuse(/^[a-zA-Z][a-zA-Z0-9-]{0,62}$/.test(text) ? `write tag:${text}` : "write tag: and a name, like tag:stalwart");
});

const WHO = String.raw`[^\s\p{C},"\\@:{}$]`;

/** Who a policy rule speaks about: a user, a group, an autogroup or a tag. */
export const principal: ValueType<string> = matching(
  new RegExp(`^(autogroup:[a-z-]+|group:${WHO}+|tag:[a-zA-Z][a-zA-Z0-9-]*|${WHO}+@${WHO}*)$`, "u"),
  "write name@example.org, group:name, autogroup:member or tag:name",
);

/** A user by login name; policy tests cannot speak for an autogroup. */
export const user: ValueType<string> = matching(new RegExp(`^${WHO}+@${WHO}*$`, "u"), "write one user's login name, like alice@example.org");
