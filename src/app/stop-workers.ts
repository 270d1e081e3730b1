import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Ports } from '../domain/ports.ts';

/** Grace for runs in progress when the process stops; another worker takes over what is not done by then. */
const graceMs = 20_000;
/** How long Redis must be down before a stopping worker gives up on it: a restart or a failover is often shorter. */
const awayMs = 3_000;

interface Closable {
  close(force?: boolean): Promise<unknown>;
}

/** Closes the workers once their work in progress has reached its next step, or as soon as waiting is pointless. */
export async function stopWorkers(
  workers: readonly Closable[],
  { redis, log, now, sleep }: { redis: Redis; log: Logger } & Pick<Ports, 'now' | 'sleep'>,
): Promise<void> {
  const closed = Promise.all(workers.map((worker) => worker.close())).then(() => 'closed' as const);
  const late = sleep(graceMs, { ref: false }).then(() => 'grace_over' as const);
  const how = await Promise.race([closed, late, untilAway(redis, { now, sleep })]);
  // Another worker takes over what is not done, from where its journal ends.
  if (how !== 'closed') log.warn({ reason: how }, 'work_abandoned');
  for (const worker of workers) worker.close(true).catch(() => {});
}

/** Without Redis a worker can neither end its work nor even close: so it does not wait. */
async function untilAway(redis: Redis, { now, sleep }: Pick<Ports, 'now' | 'sleep'>): Promise<'redis_away'> {
  for (let since = now(); now() - since < awayMs; await sleep(250, { ref: false }))
    if (redis.status === 'ready') since = now();
  return 'redis_away';
}
