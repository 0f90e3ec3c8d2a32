import { adminVhost } from "../../lib/edge/admin-vhost";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";

function vhostOf(overrides: Readonly<Record<string, string | undefined>>): string | undefined {
  const one = deployment(overrides);
  return adminVhost(one, makeWire(one));
}

test("behind an edge that owns the HTTPS port", () => expect(vhostOf(LARGE)).toMatchSnapshot());

test("is not there when nobody asked for one", () => expect(vhostOf({})).toBeUndefined());

test("on a mail-only edge the web server keeps its own settings", () => {
  const text = vhostOf({ EDGE_WEB: "mail-only", ADMIN_VHOST: "stalwart.one.test" });
  expect(text).toContain("reverse_proxy stalwart.tail0000.ts.net:8080");
  expect(text).not.toMatch(/https_port|proxy_protocol/);
});

test("lets only tailnet addresses in, and judges by the connection's address, not by a header", () => {
  const text = vhostOf(LARGE);
  expect(text).toContain("@tailnet remote_ip 100.64.0.0/10 fd7a:115c:a1e0::/48\n");
  expect(text).not.toContain("client_ip");
  expect(text).toMatch(/handle \{\n\t\tabort\n/);
});

test("believes only the edge's PROXY header, wherever the web server is", () => {
  expect(vhostOf(LARGE)).toContain("allow 127.0.0.1/32 ::1/128\n");
  const elsewhere = vhostOf({ ...LARGE, EDGE_WEB_FALLBACK: "web.one.test:8443" });
  expect(elsewhere).toContain("allow 192.0.2.25/32 2001:db8::25/128 198.51.100.25/32\n");
  expect(elsewhere).not.toContain("127.0.0.1");
});
