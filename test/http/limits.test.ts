import Fastify from 'fastify';
import { Registry } from 'prom-client';
import t from 'tap';
import { limitRoutes } from '../../src/http/limits.ts';
import { limitMetrics } from '../../src/http/metrics/limits.ts';
import { countSharedReads, shareReads } from '../../src/kaseya/shared-reads.ts';
import { createBucket } from '../../src/ratelimit/bucket.ts';
import { viewLimits } from '../../src/ratelimit/view.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const getLimits = () => viewLimits(redis, ports.now);
const getSharedReads = () => countSharedReads(redis);

t.test('operators see for each bucket how much is used, which calls wait and what blocks it', async (t) => {
  const bucket = createBucket(redis, {
    ...ports,
    tenant: 'acme',
    limitOf: () => ({ requests: 3, windowMs: 60_000 }),
    leaseMs: 5_000,
    patienceMs: 0,
  });
  const { signal } = new AbortController();
  await (await bucket.acquire('GET /a', signal)).answered(200, { remaining: 2, resetMs: 60_000 });
  await (await bucket.acquire('GET /a', signal)).answered(429, { retryAfterMs: 30_000, limit: 2 });
  await t.rejects(bucket.acquire('GET /a', signal, { lane: 'escalation', id: 'run-1' }), { code: 'rate_limited' });

  const upstream = { call: async () => ({ result: 1, totalRecords: null }) };
  const shared = shareReads(upstream, { ...ports, redis, tenant: 'acme', ttlMs: 5_000, leadMs: 5_000 });
  await shared.call({ method: 'GET', template: '/a' });
  await shared.call({ method: 'GET', template: '/a' });

  const app = Fastify();
  // biome-ignore lint/nursery/noMisusedPromises: Fastify awaits its plugins
  await app.register(limitRoutes, { getLimits, getSharedReads });
  const { items, sharedReads } = (await app.inject('/limits')).json();
  const [limit] = items;
  t.same(sharedReads, { hits: 1, misses: 1 });
  t.match(limit, {
    bucket: 'acme GET /a',
    configured: 3,
    limit: 2,
    used: 2,
    remaining: 0,
    refused: 1,
    probing: true,
    pacing: true,
  });
  t.match(limit.waiting, { escalation: 1, triage: 0 });
  t.ok(Date.parse(limit.blockedUntil) > Date.now() + 20_000);

  const registry = new Registry();
  limitMetrics(registry, { getLimits, getSharedReads, now: ports.now });
  const metrics = await registry.metrics();
  t.match(metrics, 'bms_triage_shared_reads{result="hit"} 1');
  t.match(metrics, 'bms_triage_limit_used{bucket="acme GET /a"} 2');
  t.match(metrics, 'bms_triage_limit_waiting{bucket="acme GET /a",lane="escalation"} 1');
});
