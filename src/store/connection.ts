import { Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';
import type { Ports } from '../domain/ports.ts';
import { keys } from './keys.ts';

/**
 * Two kinds of connection. A `producer` serves HTTP: a command ends or fails within `commandTimeoutMs`, so that a dead or
 * hung Redis becomes a 503 and not a hung request. A `worker` waits for Redis as long as it takes.
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

export type FailFast = <T>(work: () => Promise<T>) => Promise<T>;

/** Does the work on a Redis that is ready, or rejects: at once when it is not, else within `commandTimeoutMs`. */
export const createFailFast =
  (redis: Redis, { after }: Pick<Ports, 'after'>): FailFast =>
  async (work) => {
    if (redis.status !== 'ready') throw new Error(`Redis is ${redis.status}`);
    let cancel = () => {};
    const tooLate = new Promise<never>((_, reject) => {
      const late = () => reject(new Error(`Redis did not answer within ${commandTimeoutMs} ms`));
      cancel = after(commandTimeoutMs, late);
    });
    return Promise.race([work(), tooLate]).finally(cancel);
  };

/** `refuses_writes`: it answers but stores nothing: its memory is full, its disk fails, or it is a replica. */
export type RedisState = 'ok' | 'unreachable' | 'refuses_writes';

/** A full Redis still answers a PING, so the check stores a value. */
export const checkRedis = (redis: Redis, failFast: FailFast): Promise<RedisState> =>
  failFast(() => redis.set(keys.probe(), 1, 'EX', 60)).then(
    () => 'ok',
    (error: unknown) => (error instanceof ReplyError ? 'refuses_writes' : 'unreachable'),
  );
