import { REDIS_PREFIX } from '../domain/redis-prefix.ts';

/** Every key of the budget. Its keys share one slot of a cluster, so a script may use several of them. */
const root = `${REDIS_PREFIX}:limit`;

/** Names of the buckets by their last use. */
export const registryKey = `${root}s`;

export const bucketKeys = (name: string) => {
  const base = `${root}:${name}`;
  return {
    /** Permit → when it comes back. Only permits in use or cooling down are there. */
    used: `${base}:used`,
    /** Permits whose answer has not come, by the end of their lease. */
    busy: `${base}:busy`,
    /** Waiters in the order in which they are served. */
    wait: `${base}:wait`,
    /** Waiters by the moment at which they lose their place. */
    seen: `${base}:seen`,
    /** While somebody waits: the virtual time of each lane and of each client, and which client a waiter's turn is charged to. */
    turns: `${base}:turns`,
    meta: `${base}:meta`,
  };
};
