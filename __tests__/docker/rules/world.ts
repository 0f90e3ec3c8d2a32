import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Container, type ContainerConfig } from "@cdktf/provider-docker/lib/container";
import { Image, type ImageConfig } from "@cdktf/provider-docker/lib/image";
import { Network } from "@cdktf/provider-docker/lib/network";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { Aspects, TerraformStack, Testing, type App } from "cdktf";
import { Construct } from "constructs";
import { useEngine } from "../../../lib/docker/provider";
import { DockerRules, markMailbox, type DockerRulesProps } from "../../../lib/docker/rules";
import type { DockerRule } from "../../../lib/docker/rules/rule";

export const ENGINE = "unix:///var/run/docker.sock";
export const HEALTHCHECK = { test: ["CMD", "true"], interval: "10s", timeout: "1m30s", startPeriod: "0s", retries: 3 };

/** A stack with one engine and one network, to put things into. */
export class World {
  readonly stack: TerraformStack;
  readonly provider: DockerProvider;
  readonly network: Network;

  constructor(
    readonly app: App,
    id = "one",
    host = ENGINE,
  ) {
    this.stack = new TerraformStack(app, id);
    this.provider = useEngine(this.stack, host);
    this.network = new Network(this.stack, "network", { name: `net-${id}` });
  }

  /** A scope that is marked as the mailbox's. */
  mailbox(): Construct {
    const scope = new Construct(this.stack, "mailbox");
    markMailbox(scope);
    return scope;
  }

  /** A container that keeps every rule, but for what the overrides change. */
  container(overrides: Partial<ContainerConfig> = {}, id = "app", scope: Construct = this.stack): Container {
    const hash = new Resource(scope, `${id}-hash`, { triggers: { healthcheck: "hash" } });
    return new Container(scope, id, {
      name: id,
      image: "alpine:3.22.1",
      networkMode: this.network.name,
      capabilities: { add: ["CAP_NET_BIND_SERVICE"], drop: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      memory: 64,
      memorySwap: 64,
      restart: "unless-stopped",
      destroyGraceSeconds: 5,
      logDriver: "json-file",
      logOpts: { "max-size": "1m" },
      healthcheck: HEALTHCHECK,
      wait: true,
      lifecycle: { replaceTriggeredBy: [`${hash.terraformResourceType}.${hash.friendlyUniqueId}`] },
      ...overrides,
    });
  }

  image(overrides: Partial<ImageConfig> = {}): Image {
    return new Image(this.stack, "image", { name: "alpine:3.22.1", keepLocally: true, ...overrides });
  }
}

export type Make = (world: World) => unknown;

/** What a rule says about. `refuses` maps a title to what is made and what each of its messages, in order, has to say. */
export interface RuleCases {
  readonly rule: DockerRule;
  readonly complies: Readonly<Record<string, Make>>;
  readonly refuses: Readonly<Record<string, readonly [Make, ...RegExp[]]>>;
  readonly props?: DockerRulesProps;
}

export interface Breach {
  readonly path: string;
  readonly text: string;
  readonly rule: string;
}

const LINE = /^\[([^\]]+)\] (.*) \(([a-z-]+)\)$/;

/** What real synthesis says about what was made; empty when it went through. */
export function breachesOf(make: Make, props?: DockerRulesProps): Breach[] {
  const outdir = mkdtempSync(join(tmpdir(), "tailwart-rules-"));
  try {
    const app = Testing.app({ outdir });
    make(new World(app));
    for (const stack of app.node.children.filter(TerraformStack.isStack)) Aspects.of(stack).add(new DockerRules(props));
    app.synth();
    return [];
  } catch (error) {
    const lines = (error as Error).message.split("\n").flatMap((line) => LINE.exec(line) ?? []);
    if (lines.length === 0) throw error;
    return Array.from({ length: lines.length / 4 }, (_, i) => ({ path: lines[4 * i + 1], text: lines[4 * i + 2], rule: lines[4 * i + 3] }));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
