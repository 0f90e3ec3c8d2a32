import { WIRE_RULES } from "./rules";
import { SERVICES } from "./services";

const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map((one) => String(one).replace(/\|/g, "\\|")).join(" | ")} |`).join("\n");

/** Every line that can be on the wire, as a Markdown table. */
export const linesTable = (): string =>
  table(["line", "kind", "port", "protocol", "TLS"], Object.entries(SERVICES).map(([name, { kind, port, protocol, tls }]) => [`\`${name}\``, kind, port, protocol, tls]));

/** What every wire keeps, as a Markdown table. */
export const wireRulesTable = (): string => table(["rule", "why"], WIRE_RULES.map(({ name, why }) => [`\`${name}\``, why]));
