import type { Check as Tried } from "../backends/prepare/check";
import { postgresChecks } from "../backends/prepare/postgres";
import { redisChecks } from "../backends/prepare/redis";
import { s3Checks } from "../backends/prepare/s3";
import type { SecretName } from "../config/contract";
import { CannotAsk } from "./check";
import type { Ground } from "./ground";

const known = new WeakMap<Ground, Promise<readonly Tried[]>>();

/**
 * Every backend with its password, and with a wrong one, from the mailbox's namespace; once for all checks. In PostgreSQL a
 * table is made in a transaction that is taken back, in S3 an object that is removed.
 * @throws CannotAsk when a password is not known here
 */
export function tried(ground: Ground): Promise<readonly Tried[]> {
  const found = known.get(ground) ?? all(ground);
  known.set(ground, found);
  return found;
}

async function all(ground: Ground): Promise<readonly Tried[]> {
  const { postgres, redis, s3 } = ground.deployment.backends;
  const secret = (name: SecretName): string => {
    const value = ground.secret(name);
    if (value === undefined) throw new CannotAsk(`${name} is not known here; write it into .env`);
    return value;
  };
  const way = ground.sidecar;
  const checks = [
    postgresChecks({ way, site: postgres, password: secret("STALWART_DB_PASSWORD") }),
    ...(redis ? [redisChecks({ way, site: redis, password: secret("STALWART_REDIS_PASSWORD") })] : []),
    ...(s3 ? [s3Checks({ way, site: s3, key: { id: secret("STALWART_S3_ACCESS_KEY"), secret: secret("STALWART_S3_SECRET_KEY") } })] : []),
  ];
  return (await Promise.all(checks)).flat();
}
