import { Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';
import { keys } from './keys.ts';

/**
 * Two kinds of connection. A `producer` serves HTTP: it answers or fails within `commandTimeoutMs`, so that a
 * dead or hung Redis becomes a 503 and not a hung request. A `worker` waits for Redis as long as it takes.
 */
export type ConnectionKind = 'producer' | 'worker';

const commandTimeoutMs = 800;

export function connectRedis(url: string, kind: ConnectionKind, log: Logger): Redis {
  const redis = new Redis(url, {
    connectionName: `bms-triage-${kind}`,
    retryStrategy: (attempt) => Math.min(100 * attempt, 1000),
    ...(kind === 'producer'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: commandTimeoutMs, connectTimeout: 2000 }
      : { maxRetriesPerRequest: null }),
  });
  let down = false;
  redis.on('error', (error: Error) => {
    if (!down) log.warn({ kind, error: error.message }, 'redis_unreachable');
    down = true;
  });
  redis.on('ready', () => {
    if (down) log.info({ kind }, 'redis_back');
    down = false;
  });
  return redis;
}

/** Does the work now or fails now: a request must not wait for a Redis that is away or hangs. */
export async function failFast<T>(redis: Redis, work: () => Promise<T>): Promise<T> {
  if (redis.status !== 'ready') throw new Error(`Redis is ${redis.status}`);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${commandTimeoutMs} ms`)), commandTimeoutMs);
  });
  return Promise.race([work(), tooLate]).finally(() => clearTimeout(timer));
}

/** `refuses_writes`: it answers, but keeps nothing: its memory is full, its disk fails, or it is a replica. */
export type RedisState = 'ok' | 'unreachable' | 'refuses_writes';

/** A Redis that is full still answers a PING, so it is asked to keep something. */
export const checkRedis = (redis: Redis): Promise<RedisState> =>
  failFast(redis, () => redis.set(keys.probe(), 1, 'EX', 60)).then(
    () => 'ok',
    (error: unknown) => (error instanceof ReplyError ? 'refuses_writes' : 'unreachable'),
  );
