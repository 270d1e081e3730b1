import { findServer, startNative } from '../harness/redis.ts';
import { UsageError } from '../harness/usage.ts';

/** A private Redis of the real kind. Throws `UsageError` where there is none. */
export async function startBenchRedis(): ReturnType<typeof startNative> {
  const binary = findServer();
  if (binary === null)
    throw new UsageError('redis-server or valkey-server must be on PATH: the stand-in is no measure');
  return startNative(binary);
}
