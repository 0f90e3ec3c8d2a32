/** A machine of a tailnet, as a test gives it. */
export interface Device {
  readonly id: string;
  /** first label of its MagicDNS name */
  label: string;
  readonly tags?: readonly string[];
  readonly address: string;
  readonly online?: boolean;
  readonly lastSeen?: string;
  readonly external?: boolean;
}

/** The machines of a double, in the answers of both control servers. */
export class Devices {
  list: Device[] = [];

  private remove(id: string): boolean {
    const before = this.list.length;
    this.list = this.list.filter((one) => one.id !== id);
    return this.list.length < before;
  }
  private rename(id: string, label: string): "gone" | "taken" | "done" {
    const one = this.list.find((device) => device.id === id);
    if (one === undefined) return "gone";
    if (this.list.some((other) => other !== one && other.label === label)) return "taken";
    one.label = label;
    return "done";
  }

  /** Tailscale's (tailscale.com/api, "Devices"). @param what `METHOD /path` */
  answer(what: string, body: string): { status: number; body: object } | undefined {
    if (what === "GET /api/v2/tailnet/-/devices") {
      const devices = this.list.map(({ id, label, tags, address, online, lastSeen, external = false }) => ({
        ...{ id: `${id}0`, nodeId: id, name: `${label}.tail0000.ts.net`, hostname: label.replace(/-\d+$/, ""), user: "alice@one.test", addresses: [address, "fd7a::1"] },
        ...{ tags, connectedToControl: online, lastSeen, isExternal: external },
      }));
      return { status: 200, body: { devices } };
    }
    const [, verb, id, name] = /^(DELETE|POST) \/api\/v2\/device\/([^/]+)(\/name)?$/.exec(what) ?? [];
    if (verb === undefined) return undefined;
    if (verb === "DELETE") return this.remove(id) ? { status: 200, body: {} } : { status: 404, body: { message: "device not found" } };
    if (name === undefined) return undefined;
    const done = this.rename(id, (JSON.parse(body) as { name: string }).name);
    return done === "done" ? { status: 200, body: {} } : { status: done === "gone" ? 404 : 400, body: { message: done === "gone" ? "device not found" : "name already in use" } };
  }

  /** Headscale's (API v1, 0.29). @returns a text for an error */
  answerHeadscale(what: string): { status: number; body: object } | string | undefined {
    if (what === "GET /api/v1/node") {
      const nodes = this.list.map(({ id, label, tags, address, online = false, lastSeen }) => ({ id, givenName: label, name: label.replace(/-\d+$/, ""), user: { name: "alice" }, ipAddresses: [address], tags: tags ?? [], online, lastSeen: lastSeen ?? null }));
      return { status: 200, body: { nodes } };
    }
    const [, verb, id, label] = /^(DELETE|POST) \/api\/v1\/node\/(\d+)(?:\/rename\/([^/]+))?$/.exec(what) ?? [];
    if (verb === undefined) return undefined;
    if (verb === "DELETE") return this.remove(id) ? { status: 200, body: {} } : { status: 404, body: { code: 5, message: "node not found", details: [] } };
    const done = this.rename(id, label);
    return done === "done" ? { status: 200, body: { node: {} } } : "renaming node: node name is not unique";
  }
}
