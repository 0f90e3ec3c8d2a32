/** What stands in a record, by its type. Names are whole, in lower case, without the dot at their end. */
export type RecordData =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "MX"; readonly priority: number; readonly exchange: string }
  | { readonly type: "TXT"; readonly text: string }
  | { readonly type: "SRV"; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  | { readonly type: "CAA"; readonly flags: number; readonly tag: "issue" | "issuewild" | "iodef"; readonly value: string }
  | { readonly type: "TLSA"; readonly usage: number; readonly selector: number; readonly matching: number; readonly data: string }
  | { readonly type: "PTR"; readonly target: string };

export type WantedType = RecordData["type"];
/** Whose matter it is: the edge has the address, the mailbox the content, a smarthost sends. */
export type Owner = "edge" | "mailbox" | "smarthost";

/** A record that the deployment needs. */
export type DnsRecord = RecordData & {
  readonly name: string;
  readonly owner: Owner;
  /** what it is for */
  readonly purpose: string;
};

/** What a record holds, in the one spelling that {@link Lookup} has too. */
export function dataOf(record: RecordData): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "MX":
      return `${record.priority} ${record.exchange}`;
    case "TXT":
      return record.text;
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${record.target}`;
    case "CAA":
      return `${record.flags} ${record.tag} "${record.value}"`;
    case "TLSA":
      return `${record.usage} ${record.selector} ${record.matching} ${record.data}`;
    case "PTR":
      return record.target;
  }
}

/** What a string of a TXT record may hold at most, in bytes (RFC 1035 section 3.3). */
const LONGEST_STRING = 255;

/** A text in the strings that a TXT record is made of; readers put them together without a blank (RFC 7208 section 3.3). */
export function stringsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const parts = Math.max(1, Math.ceil(bytes.length / LONGEST_STRING));
  // latin1 keeps one byte one character, so that a string may end anywhere.
  return Array.from({ length: parts }, (_, index) => bytes.subarray(index * LONGEST_STRING, (index + 1) * LONGEST_STRING).toString("latin1"));
}
