import t from 'tap';
import { named } from '../../sim/bms/tenant/named.ts';
import { resolveEntry } from '../../src/kaseya/resolve-entry.ts';
import { recordedBms } from '../helpers/bms.ts';

const entries = [
  { id: 4, name: 'Network', isActive: true },
  { id: 9, name: 'Tier 3 Escalation', isActive: true },
  { id: 11, name: 'network ', isActive: true },
  { id: 12, name: 'Field Team', isActive: false },
];

t.test('a lookup entry is found by name without regard to case, and never guessed', async (t) => {
  t.match(resolveEntry('queue', ' tier 3 ESCALATION ', entries), { ok: true, entry: { id: 9 } });
  t.match(resolveEntry('queue', 'Network', entries), { ok: false, message: /names 2 entries.*ids 4, 11/ });
  t.match(resolveEntry('queue', 'Tier 3', entries), { ok: false, message: /not an active entry.*"Tier 3 Escalation"/ });
  t.match(resolveEntry('queue', 'field team', entries), { ok: false, message: /inactive/ });
  t.match(resolveEntry('queue', 'x', []), { ok: false, message: /none/ });
});

t.test('a lookup id is accepted only if an active entry has that id', async (t) => {
  t.match(resolveEntry('queue', 4, entries), { ok: true, entry: { name: 'Network' } });
  t.match(resolveEntry('queue', 12, entries), { ok: false, message: /id 12 is an inactive entry/ });
  t.match(resolveEntry('priority', 3, entries), { ok: false, message: /use the name/ });
});

t.test('the error about an unknown lookup name lists the entries that share a word with that name', async (t) => {
  const many = Array.from({ length: 60 }, (_, id) => ({ id, name: id === 50 ? 'Disk full' : `Issue ${id}` }));
  t.match(resolveEntry('issue type', 'Disk', many), { message: /there are: "Disk full" and 59 more$/ });
});

t.test('a lookup is requested once, and again after BMS has refused an id', async (t) => {
  const { bms, exchanges, state } = await recordedBms(t, { seed: '31' });
  const asked = () => exchanges.filter(({ request }) => request.template === '/v2/system/priorities/lookup').length;
  await Promise.all([bms.lookups.list('priorities'), bms.lookups.list('priorities')]);
  t.equal(asked(), 1);
  const [ticket] = state.world.tickets.values();
  await t.rejects(bms.tickets.patch(ticket?.id ?? 0, { priorityId: 1 }), { code: 'validation' });
  await bms.lookups.list('priorities');
  t.equal(asked(), 2);
});

t.test('inactive entries of a lookup are kept and marked', async (t) => {
  const { bms, state } = await recordedBms(t, { seed: '32' });
  const closed = named(state.world.tenant.queues, 'Field Team (closed)');
  const queues = await bms.lookups.list('queues');
  t.match(
    queues.find(({ id }) => id === closed.id),
    { isActive: false },
  );
});
