import t from 'tap';
import { judge } from '../../chaos/judge.ts';
import type { Outcome } from '../../chaos/subject.ts';
import type { Target } from '../../chaos/target.ts';
import { type Effect, type Ledger, type LedgerTicket, resolveOperation } from '../../harness/sim-client.ts';

const ticket = {
  ...{ id: 7, ticketNumber: '100', accountId: 1, accountName: 'A', alertRefId: 'alert-1', title: 'disk' },
  ...{ statusName: 'New', resolved: false, priorityName: 'Medium', queueName: 'Service Desk', assigneeName: null },
  ...{ assetId: 3, assetName: 'A-FS01', notes: [] },
} as unknown as LedgerTicket;
const target: Target = { path: 'resolve', alertRefId: 'alert-1', ticket };
const assign = 'POST /v2/servicedesk/tickets/{ticketId}/assignticket';
const create = 'POST /v2/rmm/{integrationType}/tickets';

const effect = (operation: string, about: Partial<Effect> = {}): Effect => ({
  ...{ seq: 1, at: '', operation, ticketId: 7, alertRefId: 'alert-1', assetId: null, jobId: null },
  ...{ transactionId: null, body: null, ...about },
});
/** What the judge reads of a ledger. */
const ledgerOf = (effects: Effect[], resolved = false): Ledger =>
  ({ effects, tickets: [{ ...ticket, resolved }], jobs: [] }) as unknown as Ledger;
const outcome = (about: Partial<Outcome> = {}): Outcome => ({
  ...{ runId: 'r', said: 'resolved', reason: '', claims: [], undecidable: [], ...about },
});
const move = (marker: string) => effect(assign, { body: { Details: `why\n\n${marker}` } });

t.test('an alert without an outcome by its deadline is lost', async (t) => {
  t.match(judge(target, null, ledgerOf([])), { lost: true, doubled: [], falseDone: [] });
  t.match(judge(target, outcome(), ledgerOf([effect(resolveOperation)], true)), { lost: false });
});

t.test('a second resolve, or a second ticket, is a double whatever it says', async (t) => {
  const twice = [effect(resolveOperation, { body: 'one' }), effect(resolveOperation, { body: 'another' })];
  t.match(judge(target, outcome(), ledgerOf(twice, true)).doubled, [/^2 x POST .*resolve$/]);
  const opened: Target = { ...target, path: 'open', alertRefId: 'alert-2' };
  const tickets = [create, create].map((operation, n) => effect(operation, { alertRefId: 'alert-2', ticketId: 8 + n }));
  t.match(judge(opened, outcome({ said: 'ticketed' }), ledgerOf(tickets)).doubled, [/^2 x/]);
});

t.test('an equal move is a double, from another run of the same alert too; a different one is not', async (t) => {
  const escalated = outcome({ said: 'escalated' });
  const equal = [move('[bms-triage aaaaaaaa handover]'), move('[bms-triage aaaaaaaa handover]')];
  const otherRun = [move('[bms-triage aaaaaaaa handover]'), move('[bms-triage bbbbbbbb handover]')];
  const otherCall = [move('[bms-triage aaaaaaaa handover]'), move('[bms-triage aaaaaaaa t2c1]')];
  t.equal(judge(target, escalated, ledgerOf(equal)).doubled.length, 1);
  t.equal(judge(target, escalated, ledgerOf(otherRun)).doubled.length, 1);
  t.same(judge(target, escalated, ledgerOf(otherCall)).doubled, []);
});

t.test('"resolved" without an effect and a closed ticket is a false claim', async (t) => {
  t.equal(judge(target, outcome(), ledgerOf([])).falseDone.length, 2);
  t.equal(judge(target, outcome(), ledgerOf([effect(resolveOperation)], false)).falseDone.length, 1);
  t.same(judge(target, outcome(), ledgerOf([effect(resolveOperation)], true)).falseDone, []);
});

t.test('a claimed write that is not in the ledger is a false claim', async (t) => {
  const claimed = outcome({ said: 'escalated', claims: [assign] });
  t.same(judge(target, claimed, ledgerOf([])).falseDone, [assign]);
  t.same(judge(target, claimed, ledgerOf([move('[bms-triage a b]')])).falseDone, []);
});

t.test("another alert's effects do not count for this one", async (t) => {
  const foreign = [effect(resolveOperation), effect(resolveOperation, { alertRefId: 'alert-9', ticketId: 9 })];
  t.same(judge(target, outcome(), ledgerOf(foreign, true)).doubled, []);
});

t.test('a hand-over that BMS knows nothing of is counted separately', async (t) => {
  t.equal(judge(target, outcome({ said: 'escalated' }), ledgerOf([])).untold, true);
  t.equal(judge(target, outcome({ said: 'escalated' }), ledgerOf([move('[bms-triage a b]')])).untold, false);
});
