import t, { type Test } from 'tap';
import { gather } from '../../src/agent/gather.ts';
import type { TicketHint, TicketHints } from '../../src/agent/own-ticket.ts';
import type { Subject } from '../../src/domain/journal.ts';
import { recordedBms } from '../helpers/bms.ts';
import { alert } from '../helpers/entries.ts';

const now = Date.parse('2026-11-23T14:00:00Z');
const list = '/v2/servicedesk/tickets';
const one = '/v2/servicedesk/tickets/{ticketId}';

function memoryHints(): TicketHints & { known: Map<string, TicketHint> } {
  const known = new Map<string, TicketHint>();
  const find = async (sourceId: string) => known.get(sourceId) ?? null;
  return { known, find, remember: async (sourceId, hint) => void known.set(sourceId, hint) };
}

async function tenantFor(t: Test) {
  const { bms, state, exchanges, url } = await recordedBms(t, { seed: 'gather' });
  const tickets = [...state.world.tickets.values()];
  const [own, foreign] = tickets.filter(({ alertRefId, completedDate }) => alertRefId && completedDate === null);
  const device = state.world.tenant.assets.get(own?.assetId ?? 0);
  if (!own?.alertRefId || !foreign || !device) throw new Error('the tenant has no alerts');
  const about = { ...alert, sourceId: own.alertRefId, device: { ...alert.device, name: device.name } };
  const subject: Subject = { kind: 'alert', incidentId: 'i1', alert: about };
  const hints = memoryHints();
  const find = async () => {
    exchanges.length = 0;
    const scope = await gather(subject, { bms, accounts: {}, hints, now: () => now });
    return { scope, read: exchanges.map(({ request }) => request.template) };
  };
  const resolve = () =>
    fetch(`${url}/__sim/human`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticketId: own.id, action: 'resolve' }),
    });
  return { own, foreign, sourceId: own.alertRefId, hints, find, exchanges, resolve };
}

t.test('the ticket of an alert is found the second time without a list of tickets', async (t) => {
  const { own, find } = await tenantFor(t);
  const first = await find();
  t.equal(first.scope.ticket?.id, own.id);
  t.equal(first.read[0], list);
  const second = await find();
  t.equal(second.scope.ticket?.id, own.id);
  t.same(second.read, [one]);
  t.match(second.scope.reason, /not searched for/);
});

t.test('the only ticket of a device is read fresh, and the scope says when', async (t) => {
  const { find, exchanges } = await tenantFor(t);
  const { scope } = await find();
  t.equal(scope.ticket?.readAt, new Date(now).toISOString());
  t.match(
    exchanges.filter(({ request }) => request.template === one),
    [{ request: { fresh: true } }],
  );
});

t.test('a hint about a ticket is never trusted', async (t) => {
  const { own, foreign, sourceId, hints, find, resolve } = await tenantFor(t);
  const wrong: Record<string, TicketHint> = {
    "another alert's ticket": { ticketId: foreign.id, statusId: foreign.status.id },
    'a ticket that is not there': { ticketId: 1, statusId: own.status.id },
    'a status that the ticket no longer has': { ticketId: own.id, statusId: own.status.id + 1 },
  };
  for (const [name, hint] of Object.entries(wrong)) {
    hints.known.set(sourceId, hint);
    const { scope, read } = await find();
    t.equal(scope.ticket?.id, own.id, name);
    t.ok(read.includes(list), name);
  }
  t.ok((await resolve()).ok);
  const { scope, read } = await find();
  t.equal(scope.ticket, null, 'a closed ticket is not the open one');
  t.ok(read.includes(list));
});
