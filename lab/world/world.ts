import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Network } from "@cdktf/provider-docker/lib/network";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Aspects, LocalBackend, TerraformStack, type App } from "cdktf";
import { useEngine } from "../../lib/docker/provider";
import { DockerRules } from "../../lib/docker/rules";
import { Service, type ServiceFile, type ServiceProps, type ServiceSecretFile } from "../../lib/docker/service";
import { scratchVolume } from "../../lib/docker/volumes";
import { SERVICES } from "../../lib/wire";
import { CONTROL, CONTROL_PORTS, HOSTS, INTERNET, REMOTE, WEB_PORT, container } from "../addresses";
import { labText } from "../asset";
import type { Certificates } from "../certificates";
import { nsdConf, zoneFile, type Zones } from "../zone";
import { STATE, controlConfig, derpMap, relayConfig } from "./headscale";
import { mainCf, masterCf } from "./postfix";

export interface WorldProps {
  readonly host: string;
  readonly images: { readonly headscale: string; readonly world: string };
  readonly certificates: Certificates;
  /** file with the smarthost's password */
  readonly password: string;
  readonly zones: Zones;
  /** whether the engine's networks have IPv6 */
  readonly ipv6: boolean;
}

const json = (path: string, value: object): ServiceFile => ({ path, content: JSON.stringify(value, null, 1) });
const text = (path: string, from: string): ServiceFile => ({ path, content: readFileSync(from, "utf8") });
// Keys of a lab that lives for an hour: their plain hash may stand in its state.
const secret = (path: string, source: string): ServiceSecretFile => ({ path, source, hash: createHash("sha256").update(readFileSync(source)).digest("hex") });
const START: ServiceFile = { path: "/opt/lab/start.sh", content: labText("world/files/start.sh"), executable: true };
/** The program asks the lab's name server. */
const start = (...program: string[]): string[] => ["/bin/sh", START.path, HOSTS.names.ipv4, ...program];
const listens = (port: number): readonly string[] => ["nc", "-z", "-w", "2", "127.0.0.1", String(port)];

/** The world around a deployment, on one engine: internet, control server and relay, name server, remote mail server, web server, a client. */
export class WorldStack extends TerraformStack {
  private readonly provider: DockerProvider;
  private readonly internet: Network;
  private readonly control: Network;

  constructor(scope: App, id: string, private readonly props: WorldProps) {
    super(scope, id);
    new LocalBackend(this, { path: `../../terraform.${id}.tfstate` });
    Aspects.of(this).add(new DockerRules());
    const provider = useEngine(this, props.host);
    this.provider = provider;
    const { ipv4, ipv6 } = INTERNET;
    this.internet = new Network(this, "internet", { provider, name: INTERNET.network, driver: "bridge", ipv6: props.ipv6, ipamConfig: (props.ipv6 ? [ipv4, ipv6] : [ipv4]).map(({ subnet, gateway }) => ({ subnet, gateway })) });
    this.control = new Network(this, "control", { provider, name: CONTROL.network, driver: "bridge", ipamConfig: [{ subnet: CONTROL.subnet, gateway: CONTROL.gateway }] });
    this.controlServers();
    this.names();
    this.remote();
    this.others();
  }

  private service(name: Parameters<typeof container>[0], rest: Pick<ServiceProps, "image" | "entrypoint" | "network" | "health"> & Partial<ServiceProps>): Service {
    return new Service(this, name, { provider: this.provider, name: container(name), memoryMiB: 256, stopGraceSeconds: 5, user: "0:0", dependsOn: [this.control], ...rest });
  }

  private onInternet = (name: keyof typeof HOSTS) => ({ own: this.internet.name, ipv4: HOSTS[name].ipv4, ...(this.props.ipv6 ? { ipv6: HOSTS[name].ipv6 } : {}) });

  private controlServers(): void {
    const { images, certificates } = this.props;
    const at = (port: number, protocol: "tcp" | "udp" = "tcp") => ({ port, protocol, ip: CONTROL.gateway });
    const headscale = (name: "headscale" | "relay", rest: Pick<ServiceProps, "files" | "publish" | "secretFiles">): Service =>
      this.service(name, {
        image: images.headscale,
        entrypoint: ["headscale", "serve"],
        network: { own: this.control.name },
        volumes: [{ name: scratchVolume(this, `${name}-state`, this.provider, container(name)).name, path: STATE }],
        health: { command: ["headscale", "health"], intervalSeconds: 3, startSeconds: 20 },
        ...rest,
      });
    headscale("headscale", { files: [json("/etc/headscale/config.yaml", controlConfig()), { path: "/etc/headscale/derp.yaml", content: derpMap() }], publish: [at(CONTROL_PORTS.api)] });
    headscale("relay", {
      files: [json("/etc/headscale/config.yaml", relayConfig()), text("/etc/headscale/relay.pem", certificates.relay.chain)],
      secretFiles: [secret("/run/secrets/relay_key", certificates.relay.key)],
      publish: [at(CONTROL_PORTS.relay), at(CONTROL_PORTS.stun, "udp")],
    });
  }

  private names(): void {
    const { images, zones } = this.props;
    this.service("names", {
      image: images.world,
      entrypoint: ["nsd", "-d", "-c", "/etc/nsd/lab.conf"],
      network: this.onInternet("names"),
      files: [{ path: "/etc/nsd/lab.conf", content: nsdConf(Object.keys(zones)) }],
      // The deployment's records come later, into the running server.
      liveFiles: Object.entries(zones).map(([name, content]) => ({ path: `/zones/${zoneFile(name)}`, content })),
      publish: (["tcp", "udp"] as const).map((protocol) => ({ port: CONTROL_PORTS.dns, protocol, ip: CONTROL.gateway })),
      capabilities: ["CAP_NET_BIND_SERVICE"],
      health: { command: listens(CONTROL_PORTS.dns), intervalSeconds: 3, startSeconds: 20 },
    });
  }

  private remote(): void {
    const { images, certificates, password, ipv6 } = this.props;
    const script: ServiceFile = { path: "/opt/lab/remote.sh", content: labText("world/files/remote.sh"), executable: true };
    this.service("remote", {
      image: images.world,
      entrypoint: start("/bin/sh", script.path, REMOTE.user, REMOTE.domain),
      network: this.onInternet("remote"),
      hostname: "mx",
      files: [START, script, { path: "/etc/postfix/main.cf", content: mainCf(ipv6) }, { path: "/etc/postfix/master.cf", content: masterCf() }, text("/etc/postfix/remote.pem", certificates.remote.chain)],
      secretFiles: [secret("/run/secrets/remote_key", certificates.remote.key), secret("/run/secrets/remote_password", password)],
      publish: [{ port: SERVICES.submission.port, ip: INTERNET.ipv4.gateway }],
      capabilities: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID"],
      health: { command: listens(SERVICES.submission.port), intervalSeconds: 3, startSeconds: 30 },
    });
  }

  private others(): void {
    const { images, certificates } = this.props;
    this.service("client", {
      image: images.world,
      entrypoint: start("sleep", "infinity"),
      network: this.onInternet("client"),
      files: [START, text("/opt/lab/authority.pem", certificates.authority)],
      health: { command: ["test", "-s", "/opt/lab/authority.pem"], intervalSeconds: 3, startSeconds: 5 },
    });
    this.service("web", {
      image: images.world,
      entrypoint: start("openssl", "s_server", "-quiet", "-accept", String(WEB_PORT), "-cert", "/opt/lab/web.pem", "-key", "/run/secrets/web_key", "-www"),
      network: this.onInternet("web"),
      files: [START, text("/opt/lab/web.pem", certificates.web.chain)],
      secretFiles: [secret("/run/secrets/web_key", certificates.web.key)],
      health: { command: listens(WEB_PORT), intervalSeconds: 3, startSeconds: 5 },
    });
  }
}
