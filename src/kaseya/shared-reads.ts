import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { currentCaller } from '../domain/call-context.ts';
import type { Ports } from '../domain/ports.ts';
import { REDIS_PREFIX } from '../domain/redis-prefix.ts';
import type { Envelope } from './envelope.ts';
import type { Request, Transport } from './transport.ts';

export interface SharedReadOptions extends Pick<Ports, 'now' | 'sleep'> {
  redis: Redis | Cluster;
  /** Whose BMS it is: tenants share no reads. */
  tenant: string;
  /** For how long other callers may get an answer. */
  ttlMs: number;
  /** How long one reader may take before another reads for itself. */
  leadMs: number;
}

const root = `${REDIS_PREFIX}:read`;
const counts = `${root}:counts`;

/** How many reads of all workers were answered from another read (hits), and how many were sent (misses). */
export async function countSharedReads(redis: Redis | Cluster): Promise<{ hits: number; misses: number }> {
  const [hits, misses] = await redis.hmget(counts, 'hits', 'misses');
  return { hits: Number(hits ?? 0), misses: Number(misses ?? 0) };
}

const pollEveryMs = 25;
const maxBytes = 262_144;
/** Longer than any answer is kept, so that a counter that starts anew cannot match an old answer. */
const generationMs = 3_600_000;

/**
 * Equal reads by all workers become one call: the first caller reads, the others wait for its answer, and later callers get
 * it for `ttlMs`. A write to a ticket invalidates what was read of that ticket, and every list. Job status, sign-in and
 * `fresh` reads (read-backs, checks for a person's touch, reads that prepare a write) are never shared. Without Redis each
 * caller reads for itself.
 */
export function shareReads(transport: Transport, options: SharedReadOptions): Transport {
  const { redis, tenant } = options;
  const about = ({ params }: Request) => `${root}:of:${tenant}:${params?.ticketId ?? 'lists'}`;
  const everything = `${root}:of:${tenant}:all`;

  const invalidate = async (request: Request) => {
    const touched =
      request.params?.ticketId === undefined ? [everything] : [about(request), about({ ...request, params: {} })];
    for (const key of touched) await redis.multi().incr(key).pexpire(key, generationMs).exec();
  };
  const keyOf = async (request: Request) => {
    const generations = await redis.mget(everything, about(request));
    const { template, params, query } = request;
    const what = JSON.stringify([tenant, template, params, query, generations]);
    return `${root}:${createHash('sha256').update(what).digest('hex')}`;
  };

  return {
    async call(request) {
      if (request.method !== 'GET') {
        // Even if it failed: a write whose answer was lost may have changed the ticket.
        return transport.call(request).finally(() => invalidate(request).catch(() => {}));
      }
      const isReady = redis.status === 'ready';
      const key = isReady && isShareable(request) ? await keyOf(request).catch(() => null) : null;
      return key === null ? transport.call(request) : readOnce(key, () => transport.call(request), options);
    },
  };
}

const isShareable = ({ fresh, template }: Request): boolean =>
  !fresh && !currentCaller().fresh && !/\/security\/|\/status(\/|$)/.test(template);

async function readOnce(key: string, read: () => Promise<Envelope>, options: SharedReadOptions): Promise<Envelope> {
  const { redis, leadMs, now, sleep } = options;
  const lock = `${key}:lead`;
  for (const giveUpAt = now() + leadMs; now() < giveUpAt; await sleep(pollEveryMs)) {
    const known = await redis.get(key).catch(() => null);
    if (known !== null) {
      await redis.hincrby(counts, 'hits', 1).catch(() => 0);
      return JSON.parse(known) as Envelope;
    }
    const leads = await redis.set(lock, '1', 'PX', leadMs, 'NX').catch(() => 'OK');
    if (leads === 'OK') return lead(key, lock, read, options);
  }
  return read();
}

async function lead(
  key: string,
  lock: string,
  read: () => Promise<Envelope>,
  { redis, ttlMs }: SharedReadOptions,
): Promise<Envelope> {
  try {
    const envelope = await read();
    const json = JSON.stringify(envelope);
    if (json.length <= maxBytes) await redis.set(key, json, 'PX', ttlMs).catch(() => null);
    await redis.hincrby(counts, 'misses', 1).catch(() => 0);
    return envelope;
  } finally {
    await redis.del(lock).catch(() => 0);
  }
}
