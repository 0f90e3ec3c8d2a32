import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import type { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { assetText } from "../asset";
import { isStarter, markStarter } from "./rules/starter-scope";
import { Service } from "./service";

export interface StarterProps {
  readonly provider: DockerProvider;
  /** container names begin with tailwart- and it */
  readonly name: string;
  /** any image with the docker command, sh, awk and timeout */
  readonly image: string;
  /** names of the containers that it may start and restart, a namespace's owner before those who join it */
  readonly services: readonly string[];
  /** path of the engine's socket on the engine's own host @default by the provider's host, see {@link engineSocket} */
  readonly socket?: string;
}

/** Where every engine has its socket when nobody moves it; a remote engine's address does not say. */
const USUAL_SOCKET = "/var/run/docker.sock";
const SOCKET = "/run/docker.sock";
const SECONDS_WITHOUT_ANSWER = 60;

/** The engine's socket on its own host, by DOCKER_HOST: the path of a `unix://` one, else the usual place. */
export const engineSocket = (host: string | undefined): string => /^unix:\/\/(\/.+)$/.exec(host ?? "")?.[1] ?? USUAL_SOCKET;

/** Names of all services of a stack on one engine, in the order in which they were made: owners come before joiners. */
export const servicesOf = (stack: TerraformStack, provider: DockerProvider): string[] =>
  stack.node.findAll().flatMap((one) => (one instanceof Service && one.provider === provider && !isStarter(one) ? [one.name] : []));

/**
 * Looks after all other services of its stack: starts again what the engine gave up at its own start, because the namespace's
 * owner was not up yet (moby/moby#11777), and restarts what stays unhealthy by its own fault. It has the engine's socket, which
 * makes it root of that host: so it has no network, writes nowhere and knows its list of names.
 */
export class Starter extends Construct {
  readonly service: Service;

  constructor(scope: Construct, id: string, { provider, name, image, services, socket = engineSocket(provider.host) }: StarterProps) {
    super(scope, id);
    markStarter(this);
    const health = assetText("docker/starter-health.sh");
    this.service = new Service(this, "starter", {
      provider,
      name: `tailwart-${name}-starter`,
      image,
      // Docker puts no file into a container whose root is read-only, so the scripts are arguments.
      entrypoint: ["/bin/sh", "-c", assetText("docker/starter.sh"), "starter.sh", ...services],
      environment: { DOCKER_HOST: `unix://${SOCKET}` },
      network: { none: true },
      readOnly: true,
      engineSocket: { from: socket, to: SOCKET },
      // A few small files for each name, of a page each.
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m" },
      user: "0:0",
      memoryMiB: 64,
      health: { command: ["/bin/sh", "-c", health, "starter-health.sh", String(SECONDS_WITHOUT_ANSWER)], startSeconds: 20 },
      stopGraceSeconds: 5,
      patienceSeconds: 60,
    });
  }
}
