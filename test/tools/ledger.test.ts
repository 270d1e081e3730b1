import t from 'tap';
import { z } from 'zod';
import { type UpstreamCode, UpstreamError } from '../../src/domain/errors.ts';
import { fold } from '../../src/domain/fold.ts';
import type { EntryBody } from '../../src/domain/journal.ts';
import { awaitJob, type LedgerDeps, readBackWrite } from '../../src/tools/ledger.ts';
import { defineRow, type ReadBack } from '../../src/tools/tool.ts';
import { asked, intended, journalOf, queued, resolveTool, scope, submitted } from '../helpers/entries.ts';

const lostAt = 5_000;
const began = Date.UTC(2026, 10, 23, 10);

/** One look at the run's write at `now`, by what BMS shows; `last` is what the journal knows of it so far. */
async function look(last: EntryBody, now: number, readBack: () => Promise<ReadBack>) {
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
    ...{ name: resolveTool, description: '', input: z.unknown(), outside: () => null, readBack },
    prepare: async () => ({}),
    row: () => ({ action: 'resolve_ticket', row: { transactionId: '', alertRefId: '', resolutionNote: '' } }),
  });
  const context = { runId: 'r1', callId: 't1c1', state, scope };
  const progress = await (call.job ? awaitJob : readBackWrite)(call, tool, context, deps, async () => null);
  return { progress, appended };
}

/** `ms` after the answer to the submission was lost. */
const lookAfter = (ms: number, readBack: () => Promise<ReadBack>) =>
  look({ type: 'rmm_submit_lost', callId: 't1c1', message: 'lost' }, began + lostAt + ms, readBack);

/** `ms` after the deadline of the job. */
const lookLate = (ms: number, readBack: () => Promise<ReadBack>) =>
  look(submitted('t1c1'), Date.parse('2026-11-23T10:15:00.000Z') + ms, readBack);

const done = async (): Promise<ReadBack> => ({ kind: 'done', message: 'there', data: null, ticket: null });
const fail = (code: UpstreamCode) => async () => {
  throw new UpstreamError(code, 'no answer', { effect: 'none', endpoint: 'GET /x' });
};
const outcomesIn = (appended: readonly EntryBody[]) =>
  appended.map((body) => (body.type === 'write_done' ? body.outcome : body.type));

t.test('a look that failed decides nothing, however late it is', async (t) => {
  for (const code of ['network', 'timeout', 'vendor_fault'] as const) {
    const { progress, appended } = await lookAfter(3_600_000, fail(code));
    t.same(appended, [], code);
    t.same(progress, { until: began + lostAt + 3_600_000 + 300_000 });
  }
});

t.test('what BMS refuses to show is undecidable once the time for looking is over', async (t) => {
  t.same((await lookAfter(29_000, fail('permission'))).appended, []);
  t.same(outcomesIn((await lookAfter(30_000, fail('permission'))).appended), ['undecidable']);
});

t.test('the one good look after the time for looking decides', async (t) => {
  t.same((await lookAfter(29_000, async () => 'pending')).appended, []);
  t.same(outcomesIn((await lookAfter(30_000, async () => 'pending')).appended), ['undecidable']);
  t.same(outcomesIn((await lookAfter(3_600_000, done)).appended), ['done']);
});

t.test('absent is repeated only once nobody can be sending it any more', async (t) => {
  t.same((await lookAfter(19_000, async () => 'absent')).appended, []);
  t.same(outcomesIn((await lookAfter(20_000, async () => 'absent')).appended), ['write_intended']);
});

t.test('a job is not looked after before its deadline; then BMS is asked once more, by the write itself', async (t) => {
  const deadline = Date.parse('2026-11-23T10:15:00.000Z');
  t.same(await lookLate(-1, fail('network')), { progress: { until: deadline }, appended: [] });
  t.match((await lookLate(0, done)).appended, [{ type: 'rmm_job_finished', outcome: 'succeeded', message: /there$/ }]);
  t.match((await lookLate(0, async () => 'pending')).appended, [{ type: 'rmm_job_finished', outcome: 'unknown' }]);
  t.match((await lookLate(0, fail('permission'))).appended, [{ type: 'rmm_job_finished', outcome: 'unknown' }]);
  t.same(await lookLate(0, fail('network')), { progress: { until: deadline + 5_000 }, appended: [] });
});

const asWanted = async (): Promise<ReadBack> => ({
  kind: 'as_wanted',
  message: 'closed, by whom unknown',
  ticket: null,
});

t.test('what is as wanted without our mark is waited for, then recorded without a claim', async (t) => {
  t.same((await lookAfter(29_000, asWanted)).appended, [], 'our mark may come yet');
  t.match((await lookAfter(30_000, asWanted)).appended, [
    { type: 'write_done', outcome: 'as_wanted', message: 'closed, by whom unknown' },
  ]);
  t.match((await lookLate(0, asWanted)).appended, [{ type: 'write_done', callId: 't1c1', outcome: 'as_wanted' }]);
});

t.test('looks come ever later, but at each moment that decides', async (t) => {
  const ages: number[] = [];
  for (let age = 0; ; ) {
    ages.push(age);
    const { progress } = await lookAfter(age, async () => 'pending');
    if (progress === 'settled') break;
    age = progress.until - began - lostAt;
  }
  t.same(ages, [0, 5_000, 10_000, 15_000, 20_000, 30_000]);
});
