import t from 'tap';
import { gather } from '../../src/agent/gather.ts';
import { recordedBms } from '../helpers/bms.ts';
import { alert } from '../helpers/entries.ts';

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
    const scope = await gather({ kind: 'alert', incidentId: 'i', alert: subject }, bms, {});
    t.equal(scope.account?.id, own.accountId);
    const others = scope.otherTickets.map(({ id }) => id);
    t.ok(others.includes(kept.id), sourceId);
    t.notOk(others.includes(left.id), sourceId);
  }
});
