import t from 'tap';
import { factsFor, objectionTo, ticketOf } from '../../src/agent/conclude.ts';
import { fold } from '../../src/domain/fold.ts';
import type { Disposition, EntryBody } from '../../src/domain/journal.ts';
import { asked, finished, journalOf, queued, resolveTool, scope, submitted } from '../helpers/entries.ts';

const resolving: EntryBody[] = [queued, { type: 'scope_resolved', scope }, asked({ id: 't1c1', name: resolveTool })];
const conclude = (disposition: Disposition, ...steps: number[]) => ({
  disposition,
  reason: 'because',
  summary: 'what happened',
  evidence: steps.map((step) => ({ step, finding: 'f' })),
});
const judge = (disposition: Disposition, bodies: EntryBody[], ...steps: number[]) =>
  objectionTo(conclude(disposition, ...steps), fold(journalOf(...bodies)))?.code ?? null;

t.test('the disposition "resolved" needs a verified success of the same run', async (t) => {
  const submittedOnly = [...resolving, submitted('t1c1')];
  t.equal(judge('resolved', [queued]), 'not_verified');
  t.equal(judge('resolved', submittedOnly), 'rmm_job_pending');
  t.equal(judge('resolved', [...submittedOnly, finished('t1c1', 'failed')]), 'not_verified');
  t.equal(judge('resolved', [...submittedOnly, finished('t1c1', 'unknown')]), 'not_verified');
  t.equal(judge('resolved', [...submittedOnly, finished('t1c1', 'succeeded')]), null);
});

t.test('a success of another transaction does not prove that a run resolved its alert', async (t) => {
  const other = { ...finished('t1c1', 'succeeded'), transactionId: 'r2.t1c1' } as EntryBody;
  t.equal(judge('resolved', [...resolving, submitted('t1c1'), other]), 'rmm_job_pending');
});

t.test('a described, undecidable or refused write is no success', async (t) => {
  for (const outcome of ['described', 'undecidable', 'refused'] as const) {
    const done: EntryBody = { type: 'write_done', callId: 't1c1', outcome, message: '', data: null, ticket: null };
    t.equal(judge('resolved', [...resolving, done]), 'not_verified', outcome);
  }
});

t.test('a write that ended "as_wanted" is neither a success nor a doubt, and the reason says so', async (t) => {
  const message = 'closed, by whom is unknown';
  const done: EntryBody = {
    type: 'write_done',
    callId: 't1c1',
    outcome: 'as_wanted',
    message,
    data: null,
    ticket: null,
  };
  t.equal(judge('resolved', [...resolving, done]), 'not_verified');
  t.equal(judge('no_action', [...resolving, done], 4), null);
  t.same(factsFor('no_action', fold(journalOf(...resolving, done))), [`${resolveTool}: ${message}`]);
  const good = [asked({ id: 't2c1', name: resolveTool }), submitted('t2c1'), finished('t2c1', 'succeeded')];
  t.equal(judge('resolved', [...resolving, ...good, done]), null);
});

t.test('a resolve with an unknown outcome takes the proof away that an earlier resolve gave', async (t) => {
  const bodies = [
    ...resolving,
    submitted('t1c1'),
    finished('t1c1', 'succeeded'),
    asked({ id: 't2c1', name: resolveTool }),
    submitted('t2c1'),
    finished('t2c1', 'unknown'),
  ];
  t.equal(judge('resolved', bodies), 'not_verified');
});

t.test('the evidence of a conclusion must name findings of the same run', async (t) => {
  t.equal(judge('escalated', resolving, 2), null, 'the scope is a finding');
  t.equal(judge('escalated', resolving, 1), 'unknown_evidence', 'the alert itself is no finding');
  t.equal(judge('escalated', resolving, 3), 'unknown_evidence', 'what the model said is no finding');
  t.equal(judge('escalated', resolving, 99), 'unknown_evidence');
});

t.test('the disposition "ticketed" needs an open ticket', async (t) => {
  t.equal(judge('ticketed', resolving), null);
  const without = { ...scope, ticket: null };
  t.equal(judge('ticketed', [queued, { type: 'scope_resolved', scope: without }]), 'no_ticket');
});

t.test('the reason of a conclusion always names a failed row and the proof of a success', async (t) => {
  const failed = fold(journalOf(...resolving, submitted('t1c1'), finished('t1c1', 'failed', 'agent offline')));
  t.match(factsFor('escalated', failed).join(), /12345678901234567.*row failed.*agent offline/);
  const done = fold(journalOf(...resolving, submitted('t1c1'), finished('t1c1', 'succeeded', 'Resolved')));
  t.match(factsFor('resolved', done).join(), /verified.*Resolved/);
});

t.test('the ticket of a conclusion comes from BMS, not from the model', async (t) => {
  t.same(ticketOf(fold(journalOf(...resolving))), { id: 700, number: '10293' });
  t.equal(ticketOf(fold(journalOf(queued))), null);
});

t.test(
  'the disposition "no_action" needs evidence beyond what the service found at the start, or a report of recovery',
  async (t) => {
    const read: EntryBody[] = [...resolving, { type: 'read_done', callId: 't1c1', data: {} }];
    t.equal(judge('no_action', read), 'no_evidence');
    t.equal(judge('no_action', read, 2), 'no_evidence', 'the scope alone is no evidence');
    t.equal(judge('no_action', read, 4), null);
    t.equal(judge('no_action', [...resolving, { type: 'source_resolved', alertId: 'a2' }]), null);
  },
);
