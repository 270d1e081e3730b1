import t from 'tap';
import { fold } from '../../src/domain/fold.ts';
import type { EntryBody } from '../../src/domain/journal.ts';
import { decodeEntry, encodeEntry } from '../../src/domain/journal-codec.ts';
import { pendingCalls, pendingJobs } from '../../src/domain/run-state.ts';
import { asked, finished, journalOf, queued, resolveTool, scope, submitted } from '../helpers/entries.ts';

t.test('a journal that does not begin with "queued" is refused', async (t) => {
  t.throws(() => fold([]), /queued/);
  t.throws(() => fold(journalOf({ type: 'started', epoch: 1 })), /queued/);
});

t.test('the phase of a run follows from the entries of its journal', async (t) => {
  const phase = (...bodies: Parameters<typeof journalOf>) => fold(journalOf(queued, ...bodies)).phase;
  t.equal(phase(), 'queued');
  t.equal(phase({ type: 'started', epoch: 1 }), 'running');
  t.equal(phase({ type: 'started', epoch: 1 }, { type: 'suspended', reason: 'x', until: '' }), 'parked');
});

t.test('a call is pending until the journal holds its result', async (t) => {
  const before = fold(journalOf(queued, asked({ id: 't1c1', name: 'read' })));
  t.same(
    pendingCalls(before).map(({ id }) => id),
    ['t1c1'],
  );
  const after = fold(
    journalOf(queued, asked({ id: 't1c1', name: 'read' }), { type: 'read_done', callId: 't1c1', data: { a: 1 } }),
  );
  t.same(pendingCalls(after), []);
  t.match(after.calls.get('t1c1')?.result, { kind: 'read', step: 3, data: { a: 1 } });
});

t.test('a job result reaches its call by transaction, and the first result counts', async (t) => {
  const base = [queued, asked({ id: 't1c1', name: resolveTool }), submitted('t1c1')];
  t.equal(pendingJobs(fold(journalOf(...base))).length, 1);
  const state = fold(journalOf(...base, finished('t1c1', 'failed', 'first'), finished('t1c1', 'succeeded', 'second')));
  t.equal(pendingJobs(state).length, 0);
  t.match(state.calls.get('t1c1')?.result, { kind: 'job', outcome: 'failed', message: 'first', step: 4 });
});

t.test('a job result that arrives before the submission was recorded is not lost', async (t) => {
  const state = fold(
    journalOf(queued, asked({ id: 't1c1', name: resolveTool }), finished('t1c1', 'succeeded'), submitted('t1c1')),
  );
  t.match(state.calls.get('t1c1')?.result, { kind: 'job', outcome: 'succeeded' });
});

t.test('a write that was not sent may be proposed again', async (t) => {
  const intent = {
    type: 'write_intended',
    callId: 't1c1',
    tool: 'w',
    args: {},
    writeKey: 'k',
    marker: 'm',
    batch: null,
  } as const;
  const state = fold(
    journalOf(queued, asked({ id: 't1c1', name: 'w' }), intent, {
      type: 'write_done',
      callId: 't1c1',
      outcome: 'not_sent',
      message: '',
      data: null,
      ticket: null,
    }),
  );
  t.match(state.calls.get('t1c1'), { intent: null, result: null });
});

t.test('only the first conclusion of a run counts', async (t) => {
  const concluded = (reason: string): EntryBody => ({
    type: 'concluded',
    disposition: 'escalated',
    reason,
    summary: '',
    evidence: [],
    ticket: null,
    by: 'model',
  });
  const state = fold(journalOf(queued, concluded('one'), concluded('two')));
  t.equal(state.concluded?.reason, 'one');
});

t.test('only the latest model failures in a row are counted', async (t) => {
  const failed = { type: 'suspended', reason: 'model_unavailable', until: '' } as const;
  t.equal(fold(journalOf(queued, failed, failed)).modelFailures, 2);
  t.equal(fold(journalOf(queued, failed, asked(), failed)).modelFailures, 1);
});

t.test('an entry survives the way into the journal and back', async (t) => {
  const body = { type: 'scope_resolved', scope } as const;
  t.same(decodeEntry(encodeEntry(body, '2026-11-23T10:00:00.000Z'), 4), {
    ...body,
    step: 4,
    at: '2026-11-23T10:00:00.000Z',
  });
  t.throws(
    () => decodeEntry('{"v":2,"at":"","type":"started","epoch":1}', 1),
    'an unknown version is refused, not misread',
  );
});

t.test(
  'the upstream calls of a run are summed, and are unknown for a journal from before they were counted',
  async (t) => {
    const started = { type: 'started', epoch: 1 } as const;
    const counted = { ...started, upstreamCalls: 2 };
    t.equal(fold(journalOf(queued, started)).usage.upstreamCalls, null);
    t.equal(fold(journalOf(queued, started, counted, counted)).usage.upstreamCalls, 4);
    t.same(decodeEntry(encodeEntry(counted, 'then'), 2), { ...counted, step: 2, at: 'then' });
    t.notOk('upstreamCalls' in decodeEntry(encodeEntry(started, 'then'), 2));
  },
);
