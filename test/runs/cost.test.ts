import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { EntryBody } from '../../src/domain/journal.ts';
import { viewRun } from '../../src/domain/run-view.ts';
import { shareReads } from '../../src/kaseya/shared-reads.ts';
import type { Request, Transport } from '../../src/kaseya/transport.ts';
import { createBucket } from '../../src/ratelimit/bucket.ts';
import { tallied } from '../../src/ratelimit/tally.ts';
import { asClient } from '../../src/runs/as-client.ts';
import { createJournals } from '../../src/store/journal.ts';
import { queued } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const journals = createJournals(redis, { ...ports, retentionDays: 1 });
const never = new AbortController().signal;
const ticket: Request = { method: 'GET', template: '/v2/servicedesk/tickets/{ticketId}', params: { ticketId: 7 } };
const readDone: EntryBody = { type: 'read_done', callId: 't1c1', data: {} };

/** An upstream behind our rate budget and shared reads, which knows how many requests reached it. */
function upstreamOf(tenant: string) {
  const limitOf = () => ({ requests: 1_000, windowMs: 60_000 });
  const bucket = tallied(createBucket(redis, { ...ports, tenant, limitOf, leaseMs: 10_000, patienceMs: 10_000 }));
  let reached = 0;
  const transport: Transport = {
    async call({ method, template }) {
      const permit = await bucket.acquire(`${method} ${template}`, never);
      reached += 1;
      // The upstream takes a moment, so that equal reads meet a call under way.
      await sleep(20);
      await permit.answered(200, {});
      return { result: {}, totalRecords: null };
    },
  };
  return {
    bucket,
    transport: shareReads(transport, { ...ports, redis, tenant, ttlMs: 60_000, leadMs: 5_000 }),
    reached: () => reached,
  };
}

/** A run that reads the ticket and records the read. Returns its upstream calls and its last step. */
async function readIn(runId: string, transport: Transport, request = ticket) {
  const journal = await journals.own(runId);
  await journal.append(queued);
  await asClient(journal, { wallMs: 60_000 }, async (costed) => {
    await costed.append({ type: 'started', epoch: 1 });
    await transport.call(request);
    await costed.append(readDone);
  });
  const run = viewRun(runId, await journals.read(runId));
  if (!run) throw new Error('no run');
  return { total: run.usage.upstreamCalls, what: run.steps.at(-1)?.what };
}

t.test('one of several runs that share a read bears the cost of its call, and the others bear none', async (t) => {
  const { transport, reached } = upstreamOf('shared');
  const runs = await Promise.all(['r1', 'r2', 'r3'].map((id) => readIn(id, transport)));
  t.equal(reached(), 1);
  t.same(runs.map(({ total }) => total).toSorted(), [0, 0, 1]);
  t.same(runs.map(({ what }) => what).toSorted(), [
    'read done (1 call upstream)',
    'read done (no call upstream)',
    'read done (no call upstream)',
  ]);
});

t.test('a permit that was not used costs a run nothing, and an answer that was lost costs it a call', async (t) => {
  const { bucket } = upstreamOf('permits');
  const journal = await journals.own('p1');
  await journal.append(queued);
  await asClient(journal, { wallMs: 60_000 }, async (costed) => {
    await (await bucket.acquire('GET /x', never)).unused();
    await costed.append({ type: 'suspended', reason: 'r', until: '' });
    await (await bucket.acquire('GET /x', never)).answered(null, {});
    await costed.append({ type: 'suspended', reason: 'r', until: '' });
  });
  t.same(
    (await journals.read('p1')).map(({ upstreamCalls }) => upstreamCalls),
    [undefined, 0, 1],
  );
});

t.test('the intent of a row carries the number of calls that preparing the row cost', async (t) => {
  const { transport } = upstreamOf('rows');
  const journal = await journals.own('q1');
  await journal.append(queued);
  await asClient(journal, { wallMs: 60_000 }, async (costed) => {
    await transport.call({ ...ticket, fresh: true });
    await transport.call({ ...ticket, fresh: true });
    const intent = { type: 'write_intended', callId: 'c', tool: 'w', args: {}, writeKey: 'k', marker: 'm' } as const;
    await costed.queueRow({ ...intent, batch: 'resolve_ticket' }, 'q1.c', { action: 'resolve_ticket', row: {} });
  });
  t.match((await journals.read('q1')).at(-1), { type: 'write_intended', upstreamCalls: 2 });
});
