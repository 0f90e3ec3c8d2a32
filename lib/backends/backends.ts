import { basename } from "node:path";
import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Construct } from "constructs";
import { assetText } from "../asset";
import type { Deployment, RedisSite } from "../config";
import { secretFile } from "../docker/secret-file";
import { Service, type ServiceFile } from "../docker/service";
import type { Namespace } from "../docker/namespace";
import { dataVolume } from "../docker/volumes";
import { garageConfig } from "./garage/config";
import { REDIS_CONFIG, REDIS_MEMORY_MIB, redisConfig } from "./redis/config";

/** A script of this folder as a file of the container. */
const script = (name: string): ServiceFile => ({
  path: `/opt/tailwart/${basename(name)}`,
  content: assetText(`backends/${name}`),
  executable: true,
});

export interface BackendsProps {
  readonly provider: DockerProvider;
  readonly deployment: Deployment;
  /** the namespace that embedded backends join */
  readonly namespace: Namespace;
  /** Garage's image by name, see {@link garageImageName} */
  readonly garageImage: string;
}

/**
 * PostgreSQL, Garage and, when asked for, Redis beside the mail server, on loopback, each asking for its password. External
 * backends are other people's machines on the tailnet: nothing is placed for them, the sidecar's health only asks whether they
 * answer.
 */
export class Backends extends Construct {
  readonly services: readonly Service[];

  constructor(scope: Construct, id: string, private readonly props: BackendsProps) {
    super(scope, id);
    const { kind, redis, s3 } = props.deployment.backends;
    this.services = kind === "external" ? [] : [this.postgres(), ...(s3 ? [this.garage()] : []), ...(redis ? [this.redis(redis)] : [])];
  }

  private postgres(): Service {
    const { provider, deployment, namespace } = this.props;
    const { postgres, images } = deployment.backends;
    const password = secretFile(deployment, "STALWART_DB_PASSWORD");
    // INT is PostgreSQL's fast shutdown; TERM would wait for the mail server to hang up.
    const joiner = namespace.joiner("INT", ["docker-entrypoint.sh", "postgres", "-c", `listen_addresses=${postgres.host}`, "-c", `port=${postgres.port}`]);
    const health = script("postgres/postgres-health.sh");
    const data = dataVolume(this, "postgres-data", provider, "tailwart-postgres");
    return new Service(this, "postgres", {
      ...joiner,
      provider,
      name: "tailwart-postgres",
      image: images.postgres,
      user: "999:999",
      environment: {
        POSTGRES_USER: postgres.user,
        POSTGRES_DB: postgres.database,
        POSTGRES_PASSWORD_FILE: password.path,
        // The image would trust loopback, and then any password works in a test and none in earnest.
        POSTGRES_INITDB_ARGS: "--auth-local=scram-sha-256 --auth-host=scram-sha-256",
        PGDATA: "/var/lib/postgresql/data/pgdata",
      },
      files: [...joiner.files, health],
      secretFiles: [password],
      volumes: [...joiner.volumes, { name: data.name, path: "/var/lib/postgresql/data" }],
      tmpfs: { "/var/run/postgresql": "rw,noexec,nosuid,size=1m,mode=1777" },
      memoryMiB: 1024,
      health: {
        command: ["/bin/sh", health.path, postgres.host, String(postgres.port), postgres.user, postgres.database],
        startSeconds: 60,
      },
      stopGraceSeconds: 60,
    });
  }

  private garage(): Service {
    const { provider, deployment, namespace, garageImage } = this.props;
    const { s3 } = deployment.backends;
    if (s3 === undefined) throw new Error("embedded Garage without its settings");
    const script = "/opt/tailwart/garage.sh";
    const joiner = namespace.joiner("TERM", ["/bin/sh", script]);
    const data = dataVolume(this, "garage-data", provider, "tailwart-garage");
    return new Service(this, "garage", {
      ...joiner,
      provider,
      name: "tailwart-garage",
      image: garageImage,
      // At its default level Garage logs the id of the key with every request.
      environment: { GARAGE_DEFAULT_BUCKET: s3.bucket, RUST_LOG: "warn" },
      files: [
        ...joiner.files,
        { path: script, content: assetText("backends/garage/garage.sh"), executable: true },
        { path: "/etc/garage.toml", content: garageConfig(s3) },
      ],
      secretFiles: (["GARAGE_RPC_SECRET", "STALWART_S3_ACCESS_KEY", "STALWART_S3_SECRET_KEY"] as const).map((name) => secretFile(deployment, name)),
      volumes: [...joiner.volumes, { name: data.name, path: "/var/lib/garage" }],
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m" },
      memoryMiB: 512,
      health: { command: ["garage", "-c", "/etc/garage.toml", "status"], startSeconds: 30 },
    });
  }

  /** Nothing of it is kept (redis/config.ts says why), so there is no volume; the memory takes the place of the image's own. */
  private redis(redis: RedisSite): Service {
    const { provider, deployment, namespace } = this.props;
    const [start, health] = [script("redis/redis.sh"), script("redis/redis-health.sh")];
    const joiner = namespace.joiner("TERM", ["/bin/sh", start.path]);
    return new Service(this, "redis", {
      ...joiner,
      provider,
      name: "tailwart-redis",
      image: deployment.backends.images.redis,
      user: "999:999",
      files: [...joiner.files, start, health, { path: REDIS_CONFIG, content: redisConfig(redis) }],
      secretFiles: [secretFile(deployment, "STALWART_REDIS_PASSWORD")],
      tmpfs: { "/data": "rw,noexec,nosuid,size=1m,mode=1777" },
      memoryMiB: REDIS_MEMORY_MIB,
      health: { command: ["/bin/sh", health.path, redis.host, String(redis.port)], startSeconds: 10 },
      stopGraceSeconds: 10,
    });
  }
}
