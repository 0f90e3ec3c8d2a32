import type { LineName, Service } from "./services";

/** One service on the wire. */
export interface Line extends Service {
  readonly name: LineName;
  /** public: the world, through the edge; tailnet: nodes of the tailnet only; loopback: inside the mailbox's namespace only */
  readonly reach: "public" | "tailnet" | "loopback";
  /** how the client's address crosses the edge; "proxy-v2" means at both ends (PROXY protocol specification, section 2.2) */
  readonly clientAddress: "proxy-v2" | "none";
}

/** A node on the tailnet. */
export interface Node {
  /** first label of the MagicDNS name */
  readonly name: string;
  /** whole MagicDNS name: what everybody dials */
  readonly host: string;
  readonly tag: string;
}

export interface EdgeNode extends Node {
  readonly ipv4: string;
  readonly ipv6?: string;
}

/** What the edge does with a public port. */
export interface Route {
  readonly line: LineName;
  readonly port: number;
  /** `host:port` of the mailbox */
  readonly dial: string;
  readonly proxy: "v2" | "none";
  /** names (TLS SNI) that go to the mailbox; absent = every connection */
  readonly sni?: readonly string[];
}

/** Where the edge sends HTTPS that is not the mailbox's. */
export interface Fallback {
  readonly dial: string;
  readonly host: string;
  readonly port: number;
  readonly proxy: "v2" | "none";
}

/** One allowed way through the tailnet, TCP. */
export interface Grant {
  readonly line: LineName;
  readonly src: readonly string[];
  readonly dst: string;
  readonly port: number;
}

/** A port that the mail server opens. */
export interface Listener {
  readonly line: LineName;
  readonly port: number;
  readonly protocol: Service["protocol"];
  readonly tls: Service["tls"];
  /** "v2": edges, who come in as EDGE_PEER, have to send a PROXY header here, and no one else is believed one */
  readonly proxy: "v2" | "none";
}

/** A backend that the mailbox connects to. */
export interface Dial {
  readonly line: LineName;
  readonly host: string;
  readonly port: number;
}

/** The one model of both ends: everything that names a port derives from it. */
export interface Wire {
  readonly mailbox: Node;
  readonly edges: readonly EdgeNode[];
  readonly lines: readonly Line[];
  readonly routes: readonly Route[];
  readonly fallback?: Fallback;
  readonly grants: readonly Grant[];
  readonly listeners: readonly Listener[];
  readonly dials: readonly Dial[];
}
