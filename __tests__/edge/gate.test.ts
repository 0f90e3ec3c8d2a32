import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetPath } from "../../lib/asset";
import { caddyConfig, caddyJson } from "../../lib/edge/caddy";
import { wireOf } from "../deployment";

const folder = mkdtempSync(join(tmpdir(), "tailwart-gate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const has = (shell: string): boolean => spawnSync(shell.split(" ")[0], ["-c", "true"]).error === undefined;
const shells = ["sh", "dash", "busybox sh"].filter(has);

describe.each(shells)("gate.sh under %s", (shell) => {
  const [program, ...first] = shell.split(" ");
  const gate = (call: string, env: Record<string, string> = {}, ...args: string[]): string => {
    const { stdout, stderr } = spawnSync(program, [...first, "-c", `. ${assetPath("edge/image/gate.sh")}; ${call}`, "gate", ...args], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, EDGE_TMP: folder, EDGE_CONFIG: join(folder, "caddy.json"), ...env },
    });
    expect(stderr).toBe("");
    return stdout.trim();
  };
  const rendered = (state: string): Record<string, string[]> => {
    gate(`render ${state}`);
    const { servers } = JSON.parse(readFileSync(join(folder, "edge.json"), "utf8")).apps.layer4;
    return Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, (server as { listen: string[] }).listen]));
  };

  test("closed, every mail line listens where nobody is, and HTTPS stays; open, it is the file itself", () => {
    const config = caddyConfig(wireOf({ EDGE_WEB: "shared" }));
    file("caddy.json", caddyJson(config));
    const closed = rendered("closed");
    const { web, ...mail } = closed;
    expect(web).toEqual([":443"]);
    for (const [name, listen] of Object.entries(mail)) expect(listen).toEqual([`unix/${folder}/closed-${config.apps.layer4.servers[name].listen[0].slice(1)}`]);
    expect(Object.keys(closed)).toEqual(Object.keys(config.apps.layer4.servers));
    rendered("open");
    expect(readFileSync(join(folder, "edge.json"), "utf8")).toBe(caddyJson(config));
    expect(gate("mailbox")).toBe(`${wireOf({}).mailbox.host} 25`);
  });

  test.each([
    ["220 here ESMTP\n250-here\n250 SIZE\n221 bye\n\nedge-end", /^good$/],
    ["220 here ESMTP\n500 5.5.1 Invalid command\n\nedge-end", /^bad m:25 answers the edge's probe: 500 5\.5\.1 Invalid command$/],
    ["554 no\n\nedge-end", /^bad .* 554 no$/],
    ["SSH-2.0-OpenSSH\n\nedge-end", /^bad .* SSH-2\.0-OpenSSH$/],
    ["421 too many\n\nedge-end", /^none .* 421 too many$/],
    ["220 here ESMTP\n\nedge-end", /^none m:25 does not greet/],
    ["\nedge-end", /^none m:25 does not greet/],
    ["", /^none m:25 does not greet/],
  ])("takes %j for what a sender would take it for", (answer, verdict) => expect(gate('verdict m:25 "$1"', {}, answer)).toMatch(verdict));

  test("knows its own addresses in the tailnet's range, and no other's", () => {
    const local = (address: string): string => `     |-- ${address}\n        /32 host LOCAL\n`;
    const fib = `Main:\n${["100.63.0.1", "100.64.0.9", "100.127.255.1", "100.128.0.1", "10.0.0.1", "100.64.0.9"].map(local).join("")}     |-- 100.100.0.0\n        /10 link UNICAST\n`;
    expect(gate("addresses", { EDGE_FIB: file("fib", fib) })).toBe("100.127.255.1 100.64.0.9");
  });

  test("sees connections that nobody accepts, on its own ports only", () => {
    file("caddy.json", caddyJson(caddyConfig(wireOf({}))));
    gate("render open");
    const row = (port: number, state: string, queue: string): string =>
      `   0: 00000000:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 ${state} 00000000:${queue} 00:00000000 00000000     0        0 1 1 0\n`;
    const tcp = `  sl  local_address\n${row(25, "0A", "00000003")}${row(465, "0A", "00000000")}${row(22, "0A", "00000009")}${row(587, "01", "00000009")}`;
    expect(gate("queues", { EDGE_TCP: file("tcp", tcp) })).toBe("0019 00000003");
  });
});
