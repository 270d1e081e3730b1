import t from 'tap';
import { concludeByService, isHandOver } from '../../src/agent/hand-over.ts';
import { fold } from '../../src/domain/fold.ts';
import type { EntryBody, ToolCall, WriteOutcome } from '../../src/domain/journal.ts';
import { asked, finished, journalOf, queued, scope, submitted } from '../helpers/entries.ts';

const openTool = 'create_a_kaseya_bms_rmm_ticket';
const other = { id: 701, number: '10294', title: 'Backup', status: 'New', statusId: 3 };
const withoutTicket = { ...scope, ticket: null, otherTickets: [other] };

const done = (callId: string, outcome: WriteOutcome): EntryBody => ({
  ...{ type: 'write_done', callId, outcome, message: 'said so', data: null, ticket: null },
});

/** Hands the run over until it is concluded; each call of the service gets the next outcome. Returns the calls and the reason. */
async function endWith(bodies: EntryBody[], ...outcomes: WriteOutcome[]) {
  const journal = [...bodies];
  const append = async (body: EntryBody) => void journal.push(body);
  const calls: ToolCall[] = [];
  for (;;) {
    await concludeByService(
      'out of steps',
      fold(journalOf(...journal)),
      { append },
      { escalationQueue: 'Escalations' },
    );
    const last = journal.at(-1);
    if (last?.type === 'concluded') return { calls, reason: last.reason };
    if (last?.type !== 'service_called') throw new Error(`appended ${last?.type}`);
    calls.push(last.call);
    journal.push(done(last.call.id, outcomes.shift() ?? 'done'));
  }
}

const summaryOf = (calls: readonly ToolCall[]) =>
  calls.map(({ name, arguments: json }) => [name, (JSON.parse(json) as { ticketId?: number }).ticketId ?? null]);

const assigned = ['create_a_kaseya_bms_assignticket', 700];
const noted = (ticketId: number) => ['create_a_kaseya_bms_servicedesk_ticket_note', ticketId];
const withTicket: EntryBody[] = [queued, { type: 'scope_resolved', scope }];

t.test('a run with a ticket moves the ticket to people once', async (t) => {
  const { calls, reason } = await endWith(withTicket);
  t.same(summaryOf(calls), [assigned]);
  t.ok(calls.every(({ id }) => isHandOver(id)));
  t.notMatch(reason, 'no one was notified');
});

t.test('a move to people that BMS refuses becomes a note on the ticket', async (t) => {
  for (const outcome of ['refused', 'undecidable'] as const) {
    const { calls, reason } = await endWith(withTicket, outcome, 'done');
    t.same(summaryOf(calls), [assigned, noted(700)], outcome);
    t.match(reason, `hand-over ${outcome}: said so`);
    t.notMatch(reason, 'no one was notified');
  }
});

t.test('a run whose hand-over BMS refuses altogether says that no one was notified', async (t) => {
  const { calls, reason } = await endWith(withTicket, 'refused', 'refused');
  t.same(summaryOf(calls), [assigned, noted(700)]);
  t.match(reason, 'no one was notified in BMS');
});

t.test('a run without a ticket opens a ticket to hand over', async (t) => {
  const { calls } = await endWith([queued, { type: 'scope_resolved', scope: withoutTicket }]);
  t.same(summaryOf(calls), [[openTool, null]]);
});

const opening: EntryBody[] = [
  queued,
  { type: 'scope_resolved', scope: withoutTicket },
  asked({ id: 't1c1', name: openTool }),
];

t.test(
  'a ticket that may have been opened is not opened again: a note goes on another ticket of the device',
  async (t) => {
    const undecided = {
      undecidable: [done('t1c1', 'undecidable')],
      unknown: [submitted('t1c1'), finished('t1c1', 'unknown')],
    };
    // A job that did not report names no ticket.
    for (const [how, bodies] of Object.entries(undecided)) {
      const entries = bodies.map((body) => ({ ...body, ticket: null }) as EntryBody);
      t.same(summaryOf((await endWith([...opening, ...entries])).calls), [noted(701)], how);
    }
  },
);

t.test('a run hands over the ticket that it opened itself', async (t) => {
  const { calls } = await endWith([...opening, submitted('t1c1'), finished('t1c1', 'succeeded')]);
  t.same(summaryOf(calls), [assigned]);
});
