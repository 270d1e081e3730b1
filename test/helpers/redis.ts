import { Redis } from 'ioredis';
import { findServer, type RedisHandle, startNative, startRedis } from '../../harness/redis.ts';

interface Test {
  teardown(run: () => unknown): void;
}

/** A Redis of this test's own: a real server where there is one, else the stand-in. */
export async function privateRedis(t: Test): Promise<RedisHandle> {
  const binary = findServer();
  const redis = binary === null ? await startRedis() : await startNative(binary);
  t.teardown(() => redis.stop());
  return redis;
}

export async function redisClient(t: Test): Promise<Redis> {
  const { url } = await privateRedis(t);
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  t.teardown(() => redis.disconnect());
  return redis;
}

/** Why a test that needs a durable Redis is skipped; false when there is one. */
export const withoutRealRedis = findServer() === null && 'no redis-server or valkey-server on PATH';
