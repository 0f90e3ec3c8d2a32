import { CONTROL, CONTROL_PORTS, TAILNET } from "../addresses";

/** Where Headscale keeps its keys and its database. */
export const STATE = "/var/lib/headscale";
const REGION = { region_id: 900, region_code: "lab", region_name: "lab" } as const;

/** Both servers are Headscale; what they share. Keys as in its config-example.yaml, 0.29. */
const common = {
  grpc_listen_addr: "127.0.0.1:50443",
  metrics_listen_addr: "",
  unix_socket: `${STATE}/socket`,
  noise: { private_key_path: `${STATE}/noise.key` },
  prefixes: { v4: "100.64.0.0/10", v6: "fd7a:115c:a1e0::/48" },
  disable_check_updates: true,
  logtail: { enabled: false },
  database: { type: "sqlite", sqlite: { path: `${STATE}/db.sqlite` } },
};

/** The control server: policy over its API, and the lab's name server for all names outside the tailnet. */
export const controlConfig = (): object => ({
  ...common,
  server_url: `http://${CONTROL.gateway}:${CONTROL_PORTS.api}`,
  listen_addr: `0.0.0.0:${CONTROL_PORTS.api}`,
  derp: { server: { enabled: false }, urls: [], paths: ["/etc/headscale/derp.yaml"], auto_update_enabled: false },
  policy: { mode: "database" },
  node: { ephemeral: { inactivity_timeout: "70s" } },
  dns: { magic_dns: true, base_domain: TAILNET, override_local_dns: true, nameservers: { global: [CONTROL.gateway] } },
});

/**
 * The relay (DERP, STUN), a server of its own: so that it stays when the control server goes. It knows
 * no nodes, so it asks nobody who a client is. Nodes speak TLS to it.
 */
export const relayConfig = (): object => ({
  ...common,
  server_url: `https://${CONTROL.gateway}:${CONTROL_PORTS.relay}`,
  listen_addr: `0.0.0.0:${CONTROL_PORTS.relay}`,
  tls_cert_path: "/etc/headscale/relay.pem",
  tls_key_path: "/run/secrets/relay_key",
  derp: {
    server: { enabled: true, ...REGION, ipv4: CONTROL.gateway, stun_listen_addr: `0.0.0.0:${CONTROL_PORTS.stun}`, verify_clients: false, private_key_path: `${STATE}/derp.key`, automatically_add_embedded_derp_region: true },
    urls: [],
    paths: [],
    auto_update_enabled: false,
  },
  policy: { mode: "database" },
  dns: { magic_dns: false, base_domain: "relay.invalid", override_local_dns: false },
});

/** The relay as nodes are told of it; its certificate is the lab's own, which no node knows. YAML: a key has to be a number. */
export const derpMap = (): string => `regions:
  ${REGION.region_id}:
    regionid: ${REGION.region_id}
    regioncode: ${REGION.region_code}
    regionname: ${REGION.region_name}
    nodes:
      - name: lab
        regionid: ${REGION.region_id}
        hostname: ${CONTROL.gateway}
        ipv4: ${CONTROL.gateway}
        derpport: ${CONTROL_PORTS.relay}
        stunport: ${CONTROL_PORTS.stun}
        insecurefortests: true
`;
