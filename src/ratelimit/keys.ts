import { REDIS_PREFIX } from '../domain/redis-prefix.ts';

/** Every key of the rate budget. They share the service's hash tag, so one script reaches several buckets in one atomic step. */
const root = `${REDIS_PREFIX}:limit`;

/** Sorted set: bucket names by their last use. */
export const registryKey = `${root}s`;

export const bucketKeys = (name: string) => {
  const base = `${root}:${name}`;
  return {
    /** Sorted set: slots of permits in use or cooling down, by the moment at which they come back (ms). */
    used: `${base}:used`,
    /** Sorted set: permits whose answer has not come, by the end of their lease (ms). */
    busy: `${base}:busy`,
    /** Sorted set: waiters in the order in which they are served. */
    wait: `${base}:wait`,
    /** Sorted set: waiters by the moment at which they lose their place (ms). */
    seen: `${base}:seen`,
    /** Hash, while there are waiters: the virtual time of each lane and client, and the client that each waiter's turn is charged to. */
    turns: `${base}:turns`,
    /** Hash: the limit, its blocks and probes, and the counters. */
    meta: `${base}:meta`,
  };
};
