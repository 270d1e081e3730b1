import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { runAs } from '../../src/domain/call-context.ts';
import { shareReads } from '../../src/kaseya/shared-reads.ts';
import type { Request, Transport } from '../../src/kaseya/transport.ts';
import { inLanes, neverShared } from '../../src/tools/lanes.ts';
import type { ToolContext, WriteTool } from '../../src/tools/tool.ts';
import type { TouchReads } from '../../src/tools/touch.ts';
import { ports } from '../helpers/ports.ts';
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
      // The upstream takes a moment, so that equal reads meet a call under way.
      await sleep(20);
      return { result, totalRecords: null };
    },
  };
  const worker = () => shareReads(upstream, { ...ports, redis, tenant, ttlMs: 5_000, leadMs: 5_000 });
  return { one: worker(), two: worker(), calls: () => calls };
}

t.test('a storm of equal reads makes one call', async (t) => {
  const { one, two, calls } = twoWorkers('storm');
  const reads = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).call(ticket)));
  t.equal(calls(), 1);
  t.ok(reads.every(({ result }) => result === 1));
  await one.call({ ...ticket, params: { ticketId: 8 } });
  t.equal(calls(), 2, 'another ticket is another read');
});

t.test('a fresh read and a read of a job status are never shared', async (t) => {
  const { one, calls } = twoWorkers('fresh');
  await one.call(ticket);
  await one.call({ ...ticket, fresh: true });
  await runAs({ fresh: true }, () => one.call(ticket));
  t.equal(calls(), 3);
  const job: Request = { ...ticket, template: '/v2/system/schedulerJobs/{jobId}/status', params: { jobId: '1' } };
  await one.call(job);
  await one.call(job);
  t.equal(calls(), 5, 'the status of a job is read each time');
});

t.test('a write to a ticket invalidates the shared reads of that ticket and of no other', async (t) => {
  const { one, two, calls } = twoWorkers('write');
  const other = { ...ticket, params: { ticketId: 8 } };
  await one.call(ticket);
  await one.call(other);
  await two.call({ ...ticket, method: 'PATCH', body: {} });
  t.equal(calls(), 3);
  t.equal((await one.call(ticket)).result, 4);
  t.equal((await one.call(other)).result, 2);
});

t.test("the reads for a person's touch, for a read-back and for preparing a write are never shared", async (t) => {
  const { one, calls } = twoWorkers('touch');
  const get = async () => void (await one.call(ticket));
  await get();
  const touch = neverShared({ get, activities: get } as unknown as TouchReads);
  await touch.get(7);
  await touch.activities(7);
  t.equal(calls(), 3);

  const context = { callId: 't1c1', state: { calls: new Map() } } as unknown as ToolContext;
  const tool = { name: 'a_write', effect: 'write', prepare: get, readBack: get, write: get } as unknown as WriteTool;
  const inLane = inLanes(tool) as unknown as Record<'prepare' | 'readBack', (...args: unknown[]) => Promise<void>>;
  await inLane.prepare({}, context);
  await inLane.readBack({}, {}, context);
  t.equal(calls(), 5);
  await get();
  t.equal(calls(), 5, 'any other read is still shared');
});

t.test(
  'a write without a ticket in its path invalidates every shared read, and a failed write those of its ticket',
  async (t) => {
    const { one, calls } = twoWorkers('everything');
    await one.call(ticket);
    await one.call({ method: 'POST', template: '/v2/rmm/{integrationType}/tickets', params: { integrationType: 'x' } });
    await one.call(ticket);
    t.equal(calls(), 3);

    let answer = 0;
    const failing: Transport = {
      async call({ method }) {
        if (method !== 'GET') throw new Error('the answer is lost');
        answer += 1;
        return { result: answer, totalRecords: null };
      },
    };
    const shared = shareReads(failing, { ...ports, redis, tenant: 'lost', ttlMs: 5_000, leadMs: 5_000 });
    await shared.call(ticket);
    await t.rejects(shared.call({ ...ticket, method: 'PATCH', body: {} }));
    t.equal((await shared.call(ticket)).result, 2);
  },
);
