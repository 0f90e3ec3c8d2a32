import type { Client } from "./client";
import { ApiError } from "./types";

/** A node as the control server knows it. */
export interface TailnetNode {
  readonly id: string;
  /** first label of its MagicDNS name */
  readonly label: string;
  /** empty for a person's device */
  readonly tags: readonly string[];
  /** whose it is, for a message */
  readonly user: string;
  readonly addresses: readonly string[];
  /** undefined where the server does not say */
  readonly online?: boolean;
  /** undefined where the server does not say, or while it is connected */
  readonly lastSeen?: Date;
}

/** What a control server can do with the nodes of its tailnet. Every method throws {@link ApiError} and nothing else. */
export interface NodesApi {
  /** Nodes of this tailnet; not those that another one shares. */
  list(): Promise<readonly TailnetNode[]>;
  remove(id: string): Promise<void>;
  /** @param label first label of the MagicDNS name that it gets */
  rename(id: string, label: string): Promise<void>;
}

type Raw = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);
const flag = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);
const date = (value: unknown): Date | undefined => {
  const found = new Date(text(value));
  // A time that was never set is the year 1.
  return Number.isNaN(found.getTime()) || found.getFullYear() < 2000 ? undefined : found;
};

async function listed(client: Client, path: string, key: string): Promise<readonly Raw[]> {
  const answer = await client.call("GET", path, { expect: [200] });
  try {
    const list = (JSON.parse(answer.text) as Raw)[key];
    if (Array.isArray(list)) return list as Raw[];
  } catch {
    // said below
  }
  throw new ApiError("strange", `${client.host} answers a question for the nodes with no list of them; look at the API's address (TS_LOGIN_SERVER, TS_API_URL)`);
}

/** Tailscale's API (tailscale.com/api, "Devices"). */
export class TailscaleNodes implements NodesApi {
  constructor(private readonly client: Client) {}

  async list(): Promise<readonly TailnetNode[]> {
    const all = await listed(this.client, "/api/v2/tailnet/-/devices", "devices");
    return all
      .filter(({ isExternal }) => isExternal !== true)
      .map((one) => ({
        id: text(one.nodeId) || text(one.id),
        label: text(one.name).split(".")[0],
        tags: texts(one.tags),
        user: text(one.user),
        addresses: texts(one.addresses),
        online: flag(one.connectedToControl),
        lastSeen: date(one.lastSeen),
      }));
  }

  async remove(id: string): Promise<void> {
    await this.client.call("DELETE", `/api/v2/device/${encodeURIComponent(id)}`, { expect: [200] });
  }

  async rename(id: string, label: string): Promise<void> {
    const body = { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: label }) };
    await this.client.call("POST", `/api/v2/device/${encodeURIComponent(id)}/name`, { ...body, expect: [200] });
  }
}

/** Headscale's API v1 (0.29.2). */
export class HeadscaleNodes implements NodesApi {
  constructor(private readonly client: Client) {}

  async list(): Promise<readonly TailnetNode[]> {
    return (await listed(this.client, "/api/v1/node", "nodes")).map((one) => ({
      id: String(one.id),
      label: text(one.givenName),
      tags: texts(one.tags),
      user: text((one.user as Raw | undefined)?.name),
      addresses: texts(one.ipAddresses),
      online: flag(one.online) ?? false,
      lastSeen: date(one.lastSeen),
    }));
  }

  async remove(id: string): Promise<void> {
    await this.client.call("DELETE", `/api/v1/node/${encodeURIComponent(id)}`, { expect: [200] });
  }

  async rename(id: string, label: string): Promise<void> {
    await this.client.call("POST", `/api/v1/node/${encodeURIComponent(id)}/rename/${encodeURIComponent(label)}`, { expect: [200] });
  }
}
