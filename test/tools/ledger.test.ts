import t from 'tap';
import { z } from 'zod';
import { type UpstreamCode, UpstreamError } from '../../src/domain/errors.ts';
import { fold } from '../../src/domain/fold.ts';
import type { EntryBody } from '../../src/domain/journal.ts';
import { awaitJob } from '../../src/tools/await-job.ts';
import type { LedgerDeps } from '../../src/tools/ledger.ts';
import { readBackWrite } from '../../src/tools/read-back.ts';
import { defineRow, type ReadBack } from '../../src/tools/tool.ts';
import { asked, intended, journalOf, queued, resolveTool, scope, submitted } from '../helpers/entries.ts';

const lostAt = 5_000;
const began = Date.UTC(2026, 10, 23, 10);

/** One step of the run's write at `now`, by what BMS shows; `last` is what the journal knows of it so far. */
async function step(last: EntryBody, now: number, readBack: () => Promise<ReadBack>) {
  const intent = intended('t1c1', 'resolve_ticket');
  const bodies = [queued, { type: 'scope_resolved', scope } as const, asked({ id: 't1c1', name: resolveTool })];
  const state = fold(journalOf(...bodies, intent, intent, last));
  const call = state.calls.get('t1c1');
  if (!call) throw new Error('no call');
  const appended: EntryBody[] = [];
  const deps: LedgerDeps = {
    append: async (body) => void appended.push(body),
    queueRow: async (intent) => void appended.push(intent),
    check: async () => {},
    jobDeadlineMs: 60_000,
    readBackMs: 30_000,
    absentAfterMs: 20_000,
    now: () => now,
  };
  const tool = defineRow({
    ...{ description: '', input: z.unknown(), outside: () => null, readBack },
    name: resolveTool,
    prepare: async () => ({}),
    row: () => ({ action: 'resolve_ticket', row: { transactionId: '', alertRefId: '', resolutionNote: '' } }),
  });
  const context = { runId: 'r1', callId: 't1c1', state, scope };
  const progress = await (call.job ? awaitJob : readBackWrite)(call, tool, context, deps, async () => null);
  return { progress, appended };
}

/** `ms` after the answer to the submission was lost. */
const readBackAfter = (ms: number, readBack: () => Promise<ReadBack>) =>
  step({ type: 'rmm_submit_lost', callId: 't1c1', message: 'lost' }, began + lostAt + ms, readBack);

/** `ms` after the deadline of the job. */
const stepAfterDeadline = (ms: number, readBack: () => Promise<ReadBack>) =>
  step(submitted('t1c1'), Date.parse('2026-11-23T10:15:00.000Z') + ms, readBack);

const done = async (): Promise<ReadBack> => ({ kind: 'done', message: 'there', data: null, ticket: null });
const fail = (code: UpstreamCode) => async () => {
  throw new UpstreamError(code, 'no answer', { effect: 'none', endpoint: 'GET /x' });
};
const outcomesIn = (appended: readonly EntryBody[]) =>
  appended.map((body) => (body.type === 'write_done' ? body.outcome : body.type));

t.test('a read-back that fails leaves a write undecided, however late it is', async (t) => {
  for (const code of ['network', 'timeout', 'vendor_fault'] as const) {
    const { progress, appended } = await readBackAfter(3_600_000, fail(code));
    t.same(appended, [], code);
    t.same(progress, { until: began + lostAt + 3_600_000 + 300_000 });
  }
});

t.test('a write that BMS refuses to show is undecidable once the time for reading back is over', async (t) => {
  t.same((await readBackAfter(29_000, fail('permission'))).appended, []);
  t.same(outcomesIn((await readBackAfter(30_000, fail('permission'))).appended), ['undecidable']);
});

t.test('the first read-back that works after the time for reading back decides the write', async (t) => {
  t.same((await readBackAfter(29_000, async () => 'pending')).appended, []);
  t.same(outcomesIn((await readBackAfter(30_000, async () => 'pending')).appended), ['undecidable']);
  t.same(outcomesIn((await readBackAfter(3_600_000, done)).appended), ['done']);
});

t.test('an absent write is sent again only when no earlier request for it can still arrive', async (t) => {
  t.same((await readBackAfter(19_000, async () => 'absent')).appended, []);
  t.same(outcomesIn((await readBackAfter(20_000, async () => 'absent')).appended), ['write_intended']);
});

t.test(
  'a silent job is left alone until its deadline, and then a read-back of its write gives the outcome of the job',
  async (t) => {
    const deadline = Date.parse('2026-11-23T10:15:00.000Z');
    t.same(await stepAfterDeadline(-1, fail('network')), { progress: { until: deadline }, appended: [] });
    t.match((await stepAfterDeadline(0, done)).appended, [
      { type: 'rmm_job_finished', outcome: 'succeeded', message: /there$/ },
    ]);
    t.match((await stepAfterDeadline(0, async () => 'pending')).appended, [
      { type: 'rmm_job_finished', outcome: 'unknown' },
    ]);
    t.match((await stepAfterDeadline(0, fail('permission'))).appended, [
      { type: 'rmm_job_finished', outcome: 'unknown' },
    ]);
    t.same(await stepAfterDeadline(0, fail('network')), { progress: { until: deadline + 5_000 }, appended: [] });
  },
);

const asWanted = async (): Promise<ReadBack> => ({
  kind: 'as_wanted',
  message: 'closed, by whom unknown',
  ticket: null,
});

t.test('a write that BMS shows as wanted without our mark is waited for, then recorded without a claim', async (t) => {
  t.same((await readBackAfter(29_000, asWanted)).appended, [], 'our mark may come yet');
  t.match((await readBackAfter(30_000, asWanted)).appended, [
    { type: 'write_done', outcome: 'as_wanted', message: 'closed, by whom unknown' },
  ]);
  t.match((await stepAfterDeadline(0, asWanted)).appended, [
    { type: 'write_done', callId: 't1c1', outcome: 'as_wanted' },
  ]);
});

t.test(
  'the read-backs of a write come after ever longer waits, and at each age at which their answer means more',
  async (t) => {
    const ages: number[] = [];
    for (let age = 0; ; ) {
      ages.push(age);
      const { progress } = await readBackAfter(age, async () => 'pending');
      if (progress === 'done') break;
      age = progress.until - began - lostAt;
    }
    t.same(ages, [0, 5_000, 10_000, 15_000, 20_000, 30_000]);
  },
);
