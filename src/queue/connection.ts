import { Redis } from 'ioredis';
import type { Logger } from 'pino';

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

/** Resolves when the connection is ready, or rejects after `timeoutMs`. */
export async function waitForRedis(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const onReady = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      redis.off('ready', onReady);
      reject(new Error(`Redis did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    redis.once('ready', onReady);
  });
}
