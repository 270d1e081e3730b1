import t from 'tap';
import { fileTicket } from '../../sim/bms/file-ticket.ts';
import { gather } from '../../src/agent/gather.ts';
import { type RecordedBms, recordedBms } from '../helpers/bms.ts';
import { alert } from '../helpers/entries.ts';
import { noHints } from '../helpers/play.ts';

const deps = (bms: RecordedBms['bms']) => ({ bms, accounts: {}, hints: noHints, now: Date.now });

t.test('an open ticket that another account left on the asset is not in scope', async (t) => {
  const { bms, state } = await recordedBms(t);
  const open = [...state.world.tickets.values()].filter(({ completedDate }) => completedDate === null);
  const own = open.find(({ assetId, alertRefId }) => assetId !== null && alertRefId !== null);
  const [left, kept] = open.filter((ticket) => ticket !== own);
  const other = state.world.tenant.accounts.find(({ id }) => id !== own?.accountId);
  if (!own?.assetId || !own.alertRefId || !left || !kept || !other) throw new Error('not set up');
  Object.assign(left, { assetId: own.assetId, accountId: other.id });
  Object.assign(kept, { assetId: own.assetId, accountId: own.accountId });
  for (const moved of [left, kept]) fileTicket(state.world, moved);
  const name = state.world.tenant.assets.get(own.assetId)?.name ?? null;
  for (const sourceId of [own.alertRefId, 'new']) {
    const subject = { ...alert, sourceId, site: null, device: { ...alert.device, name } };
    const scope = await gather({ kind: 'alert', incidentId: 'i', alert: subject }, deps(bms));
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
    const subject = { ...alert, sourceId: 'new', site: null, customer, device: { ...alert.device, name: asset.name } };
    return (await gather({ kind: 'alert', incidentId: 'i', alert: subject }, deps(bms))).account?.id ?? null;
  };
  t.equal(await accountFor(own.name), own.id);
  t.equal(await accountFor('as the RMM calls them'), own.id, 'a name that BMS does not know says nothing');
  t.equal(await accountFor(other.name.toUpperCase()), null);
});
