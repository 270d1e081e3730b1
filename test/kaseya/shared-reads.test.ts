import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { shareReads } from '../../src/kaseya/shared-reads.ts';
import type { Request, Transport } from '../../src/kaseya/transport.ts';
import { runAs } from '../../src/ratelimit/caller.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
await redis.ping();
const ticket: Request = { method: 'GET', template: '/v2/servicedesk/tickets/{ticketId}', params: { ticketId: 7 } };

/** Two workers over one upstream that counts its calls. */
function twoWorkers(tenant: string) {
  let calls = 0;
  const upstream: Transport = {
    async call() {
      calls += 1;
      const result = calls;
      await sleep(20);
      return { result, totalRecords: null };
    },
  };
  const worker = () => shareReads(upstream, { redis, tenant, ttlMs: 5_000, leadMs: 5_000 });
  return { one: worker(), two: worker(), calls: () => calls };
}

t.test('a storm of equal reads is one call', async (t) => {
  const { one, two, calls } = twoWorkers('storm');
  const reads = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).call(ticket)));
  t.equal(calls(), 1);
  t.ok(reads.every(({ result }) => result === 1));
  await one.call({ ...ticket, params: { ticketId: 8 } });
  t.equal(calls(), 2, 'another ticket is another read');
});

t.test('who must see BMS as it is now does', async (t) => {
  const { one, calls } = twoWorkers('fresh');
  await one.call(ticket);
  await one.call({ ...ticket, fresh: true });
  await runAs({ lane: 'verification' }, () => one.call(ticket));
  t.equal(calls(), 3);
});

t.test('a write to a ticket invalidates what was read of it, and no other ticket', async (t) => {
  const { one, two, calls } = twoWorkers('write');
  const other = { ...ticket, params: { ticketId: 8 } };
  await one.call(ticket);
  await one.call(other);
  await two.call({ ...ticket, method: 'PATCH', body: {} });
  t.equal(calls(), 3);
  t.equal((await one.call(ticket)).result, 4);
  t.equal((await one.call(other)).result, 2);
});
