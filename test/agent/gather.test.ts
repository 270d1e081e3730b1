import t, { type Test } from 'tap';
import { gather } from '../../src/agent/gather.ts';
import type { TicketHint, TicketHints } from '../../src/agent/own-ticket.ts';
import type { Subject } from '../../src/journal.ts';
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

t.test('the second time, the ticket of an alert is found without a list', async (t) => {
  const { own, find } = await tenantFor(t);
  const first = await find();
  t.equal(first.scope.ticket?.id, own.id);
  t.equal(first.read[0], list);
  const second = await find();
  t.equal(second.scope.ticket?.id, own.id);
  t.same(second.read, [one]);
  t.match(second.scope.reason, /not looked for/);
});

t.test('a look at the only ticket of a device is fresh, and says when', async (t) => {
  const { find, exchanges } = await tenantFor(t);
  const { scope } = await find();
  t.equal(scope.ticket?.readAt, new Date(now).toISOString());
  t.match(
    exchanges.filter(({ request }) => request.template === one),
    [{ request: { fresh: true } }],
  );
});

t.test('a hint is never believed', async (t) => {
  const { own, foreign, sourceId, hints, find, resolve } = await tenantFor(t);
  const wrong: Record<string, TicketHint> = {
    "another alert's ticket": { ticketId: foreign.id, statusId: foreign.status.id },
    'a ticket that is not there': { ticketId: 1, statusId: own.status.id },
    'a status that it no longer has': { ticketId: own.id, statusId: own.status.id + 1 },
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

t.test('an open ticket that another account left on the asset is not in scope', async (t) => {
  const { bms, state } = await recordedBms(t);
  const open = [...state.world.tickets.values()].filter(({ completedDate }) => completedDate === null);
  const own = open.find(({ assetId, alertRefId }) => assetId !== null && alertRefId !== null);
  const [left, kept] = open.filter((ticket) => ticket !== own);
  const other = state.world.tenant.accounts.find(({ id }) => id !== own?.accountId);
  if (!own?.assetId || !own.alertRefId || !left || !kept || !other) throw new Error('not set up');
  Object.assign(left, { assetId: own.assetId, accountId: other.id });
  Object.assign(kept, { assetId: own.assetId, accountId: own.accountId });
  const name = state.world.tenant.assets.get(own.assetId)?.name ?? null;
  for (const sourceId of [own.alertRefId, 'news']) {
    const subject = { ...alert, sourceId, site: null, device: { ...alert.device, name } };
    const scope = await gather(
      { kind: 'alert', incidentId: 'i', alert: subject },
      { bms, accounts: {}, hints: memoryHints(), now: () => now },
    );
    t.equal(scope.account?.id, own.accountId);
    const others = scope.otherTickets.map(({ id }) => id);
    t.ok(others.includes(kept.id), sourceId);
    t.notOk(others.includes(left.id), sourceId);
  }
});

t.test('a device of one customer is not worked on for another', async (t) => {
  const { bms, state } = await recordedBms(t);
  const { tenant } = state.world;
  const names = [...tenant.assets.values()].map(({ name }) => name);
  const asset = [...tenant.assets.values()].find(
    ({ isActive, name }) => isActive && names.indexOf(name) === names.lastIndexOf(name),
  );
  const other = tenant.accounts.find(({ id, isActive }) => isActive && id !== asset?.accountId);
  const own = tenant.accounts.find(({ id }) => id === asset?.accountId);
  if (!asset || !own || !other) throw new Error('not set up');
  const accountFor = async (customer: string) => {
    const subject = { ...alert, sourceId: 'news', site: null, customer, device: { ...alert.device, name: asset.name } };
    return (
      (
        await gather(
          { kind: 'alert', incidentId: 'i', alert: subject },
          { bms, accounts: {}, hints: memoryHints(), now: () => now },
        )
      ).account?.id ?? null
    );
  };
  t.equal(await accountFor(own.name), own.id);
  t.equal(await accountFor('as the RMM calls them'), own.id, 'a name that BMS does not know says nothing');
  t.equal(await accountFor(other.name.toUpperCase()), null);
});
