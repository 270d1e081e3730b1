import { Redis } from 'ioredis';
import t from 'tap';
import { startRedisProxy } from '../../harness/redis-proxy.ts';
import type { EntryType } from '../../src/domain/journal.ts';
import { createJournals } from '../../src/store/journal.ts';
import { createRowQueue } from '../../src/store/row-queue.ts';
import { asked, finished, intended, queued, resolveTool } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

// A worker's client repeats a command when the connection breaks before the answer: Redis may have carried it out.

const redis = await redisClient(t);
const journals = createJournals(redis, { ...ports, retentionDays: 1 });
const pace = { firstMs: 0, longestMs: 0 };
const rows = createRowQueue(redis, { ...ports, retentionDays: 1, pace });
const action = 'create_ticket';

t.beforeEach(() => redis.flushall());

/** Journals on a connection that breaks when the first entry of this type has been stored; `meanwhile` runs before it is back. */
async function journalsThatBreak(at: EntryType, meanwhile: () => Promise<unknown> = async () => {}) {
  let cuts = 0;
  let done: Promise<unknown> = Promise.resolve();
  const proxy = await startRedisProxy({ port: redis.options.port ?? 0 }, (moment, step) => {
    const isIt = moment === 'after' && 'args' in step && step.args.some((arg) => arg.includes(`"type":"${at}"`));
    if (!isIt || cuts > 0) return true;
    cuts += 1;
    done = meanwhile();
    return false;
  });
  t.teardown(() => proxy.close());
  const client = new Redis(proxy.url, {
    maxRetriesPerRequest: null,
    retryStrategy: () => 200,
  });
  client.on('error', () => {});
  t.teardown(() => client.disconnect());
  return { journals: createJournals(client, { ...ports, retentionDays: 1 }), cuts: () => cuts, done: () => done };
}

t.test('a row that was queued and then claimed before its run had the answer is not queued again', async (t) => {
  const claimed: string[] = [];
  const breaking = await journalsThatBreak('write_intended', async () => {
    const claim = await rows.claim(action, 'b1', 5_000);
    if (claim.kind !== 'claimed') return;
    claimed.push(...claim.batch.rows.map(({ transactionId }) => transactionId));
    await rows.becameJob(claim.batch, { family: 'tickets', jobId: '1' }, new Date().toISOString());
  });
  const owner = await breaking.journals.own('r1');
  await owner.append(queued);
  await owner.append(asked({ id: 't1c1', name: resolveTool }));
  await owner.queueRow(intended('t1c1', action), 'r1.t1c1', { action, row: {} });
  await breaking.done();
  t.equal(breaking.cuts(), 1);
  t.same(claimed, ['r1.t1c1']);
  t.equal((await rows.claim(action, 'b2', 5_000)).kind, 'empty', 'BMS does not get it a second time');
  t.same(
    (await journals.read('r1')).map(({ type }) => type),
    ['queued', 'model_answered', 'write_intended', 'rmm_job_submitted'],
  );
});

t.test('an entry that was stored is not stored again, even when another entry has come after it', async (t) => {
  const breaking = await journalsThatBreak('model_answered', () =>
    journals.addFact('r1', { type: 'cancel_requested', by: 'ops' }),
  );
  const owner = await breaking.journals.own('r1');
  await owner.append(queued);
  await owner.append(asked({ id: 't1c1', name: resolveTool }));
  await breaking.done();
  t.equal(breaking.cuts(), 1);
  t.same(
    (await journals.read('r1')).map(({ type }) => type),
    ['queued', 'model_answered', 'cancel_requested'],
  );
});

t.test('a fact that was stored is not stored again', async (t) => {
  const breaking = await journalsThatBreak('rmm_job_finished');
  await (await breaking.journals.own('r1')).append(queued);
  await breaking.journals.addFact('r1', finished('t1c1', 'succeeded'));
  t.equal(breaking.cuts(), 1);
  t.equal(await journals.length('r1'), 2);
});
