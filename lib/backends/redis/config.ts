import type { RedisSite } from "../../config";

/** Where the container has it. */
export const REDIS_CONFIG = "/etc/tailwart-redis.conf";

/** The container's memory. Half of it is for data: the rest is Redis' own, and what the allocator has not given back. */
export const REDIS_MEMORY_MIB = 256;

/**
 * Redis' configuration, without its password (redis.io, "Redis configuration"; Valkey reads the same).
 *
 * Nothing is written to disk. Stalwart keeps counters, greylisting, codes of logins under way and locks there (0.16,
 * crates/common/src/lib.rs, KV_…), and a lock that outlived a crash would hold a message back for ten minutes and a task for an
 * hour (LOCK_EXPIRY, DEFAULT_LOCK_EXPIRY). When memory is full, writes are refused and the health check says so; every policy
 * that evicts would take a lock away from who holds it.
 */
export const redisConfig = ({ host, port }: RedisSite): string => `bind ${host}
port ${port}
databases 1
dir /data
save ""
appendonly no
maxmemory ${REDIS_MEMORY_MIB / 2}mb
maxmemory-policy noeviction
`;
