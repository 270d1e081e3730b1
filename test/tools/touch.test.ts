import t from 'tap';
import { fold } from '../../src/domain/fold.ts';
import { findTouch } from '../../src/tools/touch.ts';
import { recordedBms } from '../helpers/bms.ts';
import { journalOf, queued, scope } from '../helpers/entries.ts';

const readAt = Date.parse('2026-11-23T14:00:00Z');

t.test('a write soon after the run read its ticket needs no second read', async (t) => {
  const { bms, state, exchanges } = await recordedBms(t);
  const [ticket] = state.world.tickets.values();
  if (!ticket) throw new Error('the tenant has no ticket');
  const seen = { id: ticket.id, number: ticket.ticketNumber, title: '', status: '', statusId: 1, details: '' };
  const touchAfter = async (ageMs: number, freshMs: number, at: number | null = readAt) => {
    const own = { ...seen, occurrences: ticket.occurrenceCount, modifiedOn: 'another time' };
    const known = { ...scope, ticket: { ...own, ...(at === null ? {} : { readAt: new Date(at).toISOString() }) } };
    const context = { runId: 'r1', callId: 't1c1', state: fold(journalOf(queued)), scope: known };
    exchanges.length = 0;
    const touched = await findTouch(ticket.id, context, {
      touchReads: bms.tickets,
      freshMs,
      now: () => readAt + ageMs,
    });
    return { touched: touched !== null, reads: exchanges.length };
  };
  t.same(await touchAfter(4_999, 5_000), { touched: false, reads: 0 });
  t.same(await touchAfter(5_000, 5_000), { touched: true, reads: 2 });
  t.same(await touchAfter(0, 0), { touched: true, reads: 2 }, 'no read is fresh enough where freshMs is 0');
  t.same(await touchAfter(-1, 5_000), { touched: true, reads: 2 }, 'a read by a clock ahead of ours proves nothing');
  t.same(await touchAfter(0, 5_000, null), { touched: true, reads: 2 }, 'a read of unknown time proves nothing');
});

t.test(
  "a note of this service does not count as a person's touch, but an answer that quotes such a note does",
  async (t) => {
    const ours = 'Checked the disk.\n\n[bms-triage 0a1b2c3d t1c1]';
    const answers = {
      ours: [ours, false],
      plain: [`Leave it, I am on it.\n\n${ours.replaceAll(/^/gm, '> ')}`, true],
      html: [`<p>Leave it, I am on it.</p><blockquote type="cite">${ours}</blockquote>`, true],
    } as const;
    for (const [name, [text, isTouch]] of Object.entries(answers)) {
      const { bms, state, app } = await recordedBms(t);
      const [ticket] = state.world.tickets.values();
      if (!ticket) throw new Error('the tenant has no ticket');
      const { id, ticketNumber: number, modifiedOn, occurrenceCount: occurrences } = ticket;
      const own = { id, number, title: '', status: '', statusId: 1, details: '', occurrences, modifiedOn };
      await app.inject({ method: 'POST', url: '/__sim/human', payload: { ticketId: id, action: 'note', text } });
      const context = { runId: 'r1', callId: 't1c2', state: fold(journalOf(queued)), scope: { ...scope, ticket: own } };
      const touched = await findTouch(id, context, { touchReads: bms.tickets, freshMs: 0, now: () => readAt });
      t.equal(touched !== null, isTouch, name);
    }
  },
);
