import type { LedgerTicket } from '../../harness/sim-client.ts';
import { changesOf, type Ground, operations, type Scenario, ticketIn } from './ground.ts';

const askedFor = ({ ticketNumber }: LedgerTicket) =>
  `Review ticket #${ticketNumber}. Read all the notes, generate a summary, and escalate to the Tier 3 queue.`;

/** A critical ticket drags on: its whole history is summarised and it moves on. */
export const vipEscalation: Scenario = {
  name: 'a VIP ticket is read page by page, summarised, and moved to the queue of the looked-up id',
  async play(ground) {
    const ticket = ticketTitled(/^CFO/, ground);
    return {
      runId: await ground.client.task({ text: askedFor(ticket) }),
      async check(t, run, after) {
        t.match(run, { disposition: 'escalated', ticket: { id: ticket.id } });
        const now = ticketIn(after, ticket.id);
        t.match(now, { queueName: 'Tier 3 Escalation', resolved: false });
        t.same(changesOf(after, { tickets: [ticket.id] }), [operations.note, operations.assign]);
        const queue = (await ground.bms.lookups.list('queues')).find(({ name }) => name === 'Tier 3 Escalation');
        const moved = after.effects.findLast(({ ticketId }) => ticketId === ticket.id);
        t.match(moved?.body, { QueueId: queue?.id });
        t.ok(ticket.notes.length > 25, 'more than a page');
        const summary = now.notes.find(({ details }) => details.startsWith('Summary'))?.details ?? '';
        for (const note of [0, 11, 27, 33]) t.ok(summary.includes(ticket.notes[note]?.details ?? '?'), `note ${note}`);
      },
    };
  },
};

export const vipEscalationInVain: Scenario = {
  name: 'when BMS will not move a VIP ticket, the run says so, and so does a note on the ticket',
  async play(ground) {
    const ticket = ticketTitled(/^VIP/, ground);
    const path = `/v2/servicedesk/tickets/${ticket.id}/assignticket`;
    await ground.sim.fault({
      ...{ match: { method: 'POST', path }, kind: 'success-false', count: 9 },
      message: 'The queue does not take this ticket',
    });
    return {
      runId: await ground.client.task({ text: askedFor(ticket) }),
      async check(t, run, after) {
        t.match(run, { disposition: 'escalated', reason: /the move to .*failed.*hand-over refused/ });
        const now = ticketIn(after, ticket.id);
        t.match(now, { queueName: ticket.queueName, resolved: false });
        t.same(changesOf(after, { tickets: [ticket.id] }), [operations.note, operations.note]);
        t.match(now.notes.at(-1), { isInternal: true, details: /does not take this ticket/ });
      },
    };
  },
};

function ticketTitled(title: RegExp, { before }: Ground): LedgerTicket {
  const ticket = before.tickets.find((candidate) => title.test(candidate.title));
  if (!ticket) throw new Error(`no ticket like ${title}`);
  return ticket;
}
