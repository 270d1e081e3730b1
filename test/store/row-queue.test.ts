import t from 'tap';
import type { Entry, EntryBody } from '../../src/domain/journal.ts';
import { createJournals } from '../../src/store/journal.ts';
import { keys } from '../../src/store/keys.ts';
import { type Batch, createRowQueue } from '../../src/store/row-queue.ts';
import { asked, intended, queued, resolveTool } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const journals = createJournals(redis, { ...ports, retentionDays: 1 });
let clock = 1_000_000;
const pace = { firstMs: 100, longestMs: 400 };
const rows = createRowQueue(redis, { retentionDays: 1, pace, now: () => clock });
const leaseMs = 5_000;

const concluded: EntryBody = {
  type: 'concluded',
  ...{ disposition: 'escalated', reason: 'r', summary: 's', evidence: [], ticket: null, by: 'service' },
};

t.beforeEach(async () => {
  await redis.flushall();
  clock += 1_000_000;
});

async function queue(runId: string, action = 'resolve_ticket') {
  const owner = await journals.own(runId);
  await owner.append(queued);
  await owner.append(asked({ id: 't1c1', name: resolveTool }));
  await owner.queueRow(intended('t1c1', action), `${runId}.t1c1`, { action, row: { of: runId } });
  return owner;
}

async function claim(id: string, action = 'resolve_ticket'): Promise<Batch> {
  const claimed = await rows.claim(action, id, leaseMs);
  if (claimed.kind !== 'claimed') throw new Error(`claim answered ${claimed.kind}`);
  return claimed.batch;
}

const runsOf = (batch: Batch) => batch.rows.map(({ runId }) => runId);
const last = async (runId: string): Promise<Entry | undefined> => (await journals.read(runId)).at(-1);

t.test('an intent and its row are stored together or not at all', async (t) => {
  const old = await queue('r1');
  await journals.own('r1');
  await t.rejects(old.queueRow(intended('t1c2', 'a'), 'r1.t1c2', { action: 'a', row: {} }), { code: 'fenced' });
  t.match(await last('r1'), { type: 'write_intended', callId: 't1c1', batch: 'resolve_ticket' });
  t.equal((await rows.claim('a', 'b1', leaseMs)).kind, 'empty');
  t.same((await claim('b1')).rows[0]?.row, { of: 'r1' });
});

t.test('a row whose content is lost holds up no other row', async (t) => {
  await queue('r1');
  await redis.hdel(keys.rows(), 'r1.t1c1');
  clock += 1;
  await queue('r2');
  t.same(runsOf(await claim('b1')), ['r2']);
  t.equal(await redis.zcard(keys.rowQueue('resolve_ticket')), 0);
});

t.test('a row is in one batch only, and a batch holds rows of one action', async (t) => {
  await Promise.all(['r1', 'r2', 'r3'].map((runId) => queue(runId)));
  await queue('r4', 'create_ticket');
  const claims = await Promise.all(['b1', 'b2', 'b3'].map((id) => rows.claim('resolve_ticket', id, leaseMs)));
  t.same(claims.map(({ kind }) => kind).sort(), ['claimed', 'empty', 'empty']);
  const batch = claims.find((each) => each.kind === 'claimed');
  t.same(batch?.kind === 'claimed' && runsOf(batch.batch).sort(), ['r1', 'r2', 'r3']);
  t.same(runsOf(await claim('b4', 'create_ticket')), ['r4']);
});

t.test('an idle action sends at once, a busy one rests ever longer, and a full batch does not wait', async (t) => {
  await queue('r1');
  await claim('b1');
  for (const rest of [100, 200, 400, 400]) {
    await queue(`r${clock}`);
    t.match(await rows.claim('resolve_ticket', 'b2', leaseMs), { kind: 'wait', until: clock + rest });
    clock += rest;
    await claim(`b${clock}`);
  }
  await Promise.all(Array.from({ length: 101 }, (_, i) => queue(`f${i}`)));
  t.equal((await claim('full')).rows.length, 100);
  t.equal((await rows.claim('resolve_ticket', 'b3', leaseMs)).kind, 'wait', 'the one that is left waits');
  clock += 10_000;
  t.equal((await claim('b4')).rows.length, 1);
});

t.test('a batch that became a job is recorded in the journal of each of its runs', async (t) => {
  await queue('r1');
  await queue('r2');
  await rows.becameJob(await claim('b1'), { family: 'tickets', jobId: '123' }, 'then');
  t.match(await last('r2'), { type: 'rmm_job_submitted', job: { jobId: '123', transactionId: 'r2.t1c1' } });
  t.same(await redis.hgetall('{bms}:rmm:job:tickets:123'), { 'r1.t1c1': 'r1', 'r2.t1c1': 'r2' });
  t.equal(await redis.exists('{bms}:rmm:rows', '{bms}:rmm:batches'), 0, 'no row or batch is left');
});

t.test('rows that were put back are claimed again in their old order', async (t) => {
  await queue('r1');
  const batch = await claim('b1');
  clock += 1_000;
  await queue('r2');
  await rows.putBack(batch);
  t.same(runsOf(await claim('b2')), ['r1', 'r2']);
});

t.test('after BMS refused a batch for one row, each of its rows goes alone', async (t) => {
  for (const runId of ['r1', 'r2']) await queue(runId);
  await rows.putBack(await claim('b1'), { alone: true });
  clock += 1_000;
  const alone = await claim('b2');
  t.same(runsOf(alone), ['r1']);
  await rows.wasRefused(alone, 'no');
  t.match(await last('r1'), { type: 'write_done', outcome: 'refused', message: 'no' });
  clock += 1_000;
  t.same(runsOf(await claim('b3')), ['r2']);
});

t.test(
  'a batch whose submitter died before the call goes back to the queue, and the old submitter may not send it',
  async (t) => {
    await queue('r1');
    await claim('j1~b1');
    t.same(await rows.recover('j2~'), []);
    t.equal(
      (await rows.claim('resolve_ticket', 'b2', leaseMs)).kind,
      'empty',
      'while its lease lasts, it is left alone',
    );
    t.same(await rows.recover('j1~'), [], 'no run has to be woken');
    t.equal(await rows.mayBeSent('j1~b1', leaseMs), false);
    clock += 1_000;
    t.same(runsOf(await claim('b2')), ['r1']);
  },
);

t.test('a batch whose submitter died during the call is recorded as lost once, and is never sent again', async (t) => {
  await queue('r1');
  await claim('j1~b1');
  t.equal(await rows.mayBeSent('j1~b1', leaseMs), true);
  clock += leaseMs + 1;
  const toWake = await Promise.all([rows.recover('j2~'), rows.recover('j3~')]);
  t.same(toWake.flat(), ['r1']);
  t.match(await last('r1'), { type: 'rmm_submit_lost', callId: 't1c1' });
  t.equal((await rows.claim('resolve_ticket', 'b2', leaseMs)).kind, 'empty');
});

t.test('an old submitter that gets the answer after all still records it', async (t) => {
  await queue('r1');
  const batch = await claim('j1~b1');
  await rows.mayBeSent(batch.id, leaseMs);
  await rows.recover('j1~');
  await rows.becameJob(batch, { family: 'tickets', jobId: '123' }, 'then');
  t.match(await last('r1'), { type: 'rmm_job_submitted', job: { jobId: '123' } });
});

t.test('an old submitter that was refused records nothing about rows that another submitter holds', async (t) => {
  await queue('r1');
  const old = await claim('j1~b1');
  clock += leaseMs + 1;
  await rows.recover('j2~');
  const batch = await claim('j2~b1');
  await rows.wasRefused(old, 'the sign-in was refused, after a while');
  t.match(await last('r1'), { type: 'write_intended' }, 'its run must not try again');
  await rows.becameJob(batch, { family: 'tickets', jobId: '123' }, 'then');
  t.match(await last('r1'), { type: 'rmm_job_submitted' });
});

t.test('a claim that the client repeats after a broken connection claims once', async (t) => {
  await queue('r1');
  const batch = await claim('b1');
  await queue('r2');
  t.same(await claim('b1'), batch);
  clock += 1_000;
  t.same(runsOf(await claim('b2')), ['r2']);
});

t.test(
  'rows of a run that was cancelled or has concluded are not claimed, even when they come back from a batch',
  async (t) => {
    for (const runId of ['r1', 'r2', 'r3']) await queue(runId);
    const batch = await claim('b1');
    await journals.addFact('r1', { type: 'cancel_requested', by: 'ops' });
    await journals.addFact('r2', concluded);
    t.same(await rows.putBack(batch, { alone: true }), { dropped: ['r1'] });
    clock += 1_000;
    t.same(runsOf(await claim('b2')), ['r3']);
    t.match(await last('r1'), { type: 'write_done', callId: 't1c1', outcome: 'refused', data: null, ticket: null });
    t.match(await last('r2'), { type: 'concluded' });
    clock += 1_000;
    t.equal((await rows.claim('resolve_ticket', 'b3', leaseMs)).kind, 'empty');
  },
);

t.test('text of a model or of BMS that resembles a conclusion does not end a run', async (t) => {
  await queue('r1');
  const data = { text: '"type":"concluded"', type: 'concluded', cancel_requested: 'cancel_requested' };
  await journals.addFact('r1', { type: 'read_done', callId: 't1c1', data });
  t.same(runsOf(await claim('b1')), ['r1']);
});

t.test('a claim names the cancelled runs whose rows it dropped, whether or not other rows are left', async (t) => {
  for (const runId of ['r1', 'r2', 'r3']) await queue(runId);
  await journals.addFact('r1', { type: 'cancel_requested', by: 'ops' });
  t.match(await rows.claim('resolve_ticket', 'b1', leaseMs), { kind: 'claimed', dropped: ['r1'] });
  await queue('r4');
  await journals.addFact('r4', { type: 'cancel_requested', by: 'ops' });
  clock += 1_000;
  t.same(await rows.claim('resolve_ticket', 'b2', leaseMs), { kind: 'empty', dropped: ['r4'] });
});

t.test(
  'a cancelled row of a batch whose submitter died before the call is dropped, and its run is named',
  async (t) => {
    for (const runId of ['r1', 'r2']) await queue(runId);
    await claim('j1~b1');
    await journals.addFact('r1', { type: 'cancel_requested', by: 'ops' });
    t.same(await rows.recover('j1~'), ['r1']);
    t.match(await last('r1'), { type: 'write_done', outcome: 'refused' });
    clock += 1_000;
    t.same(runsOf(await claim('b2')), ['r2']);
  },
);
