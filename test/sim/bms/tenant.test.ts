import t from 'tap';
import { alertTickets, startSim } from './support.ts';

const lookups = [
  'system/priorities',
  'system/queues',
  'system/statuses',
  'system/issuetypes',
  'hr/assignees',
  'crm/accounts',
];

async function idsByName(sim: ReturnType<typeof startSim>) {
  const ids: Record<string, unknown> = {};
  for (const lookup of lookups) {
    const { json } = await sim.call('GET', `/v2/${lookup}/lookup`);
    for (const { name, id } of json.result) ids[`${lookup} ${name}`] = id;
  }
  for (const { name, id } of sim.state.world.tenant.assets.values()) if (name !== 'RECEPTION-01') ids[name] = id;
  for (const { title, id } of sim.state.ledger().tickets) ids[title] = id;
  for (const { title, alertRefId } of alertTickets(sim)) ids[`alert ${title}`] = alertRefId;
  return ids;
}

t.test('two seeds give the same names other ids; one seed gives them the same', async (t) => {
  const one = await idsByName(startSim(t, { seed: 'one' }));
  const again = await idsByName(startSim(t, { seed: 'one' }));
  const two = await idsByName(startSim(t, { seed: 'two' }));
  t.same(one, again);
  t.same(Object.keys(one).sort(), Object.keys(two).sort());
  const shared = Object.keys(one).filter((name) => one[name] === two[name]);
  t.same(shared, []);
});

t.test('two seeds sign in differently', async (t) => {
  const [one, two] = [startSim(t, { seed: '1' }), startSim(t, { seed: '2' })].map(({ state }) => state.world.tenant);
  t.notSame(one?.credentials, two?.credentials);
  t.match(one?.name, / /);
});

t.test('all but the last two alerts have cleared', async (t) => {
  const sim = startSim(t);
  const shares: number[] = [];
  for (const { assetId, assetName, title } of alertTickets(sim)) {
    t.match(title, `Disk Usage - C: over 90% on ${assetName}`);
    const { json } = await sim.call('GET', `/v2/servicedesk/hardwareasset/${assetId}`);
    const [volume] = json.result.diskVolumes;
    t.equal(volume.drive, 'C:');
    t.equal(volume.freeMBytes + volume.usedMBytes, volume.totalMBytes);
    shares.push(volume.freeMBytes / volume.totalMBytes);
  }
  t.equal(shares.length, 12);
  t.ok(shares.slice(0, -2).every((share) => share > 0.25));
  t.ok(shares.slice(-2).every((share) => share < 0.06));
});

t.test('with 2000 tickets asset names stay unique, save the one that is meant to be double', async (t) => {
  const sim = startSim(t, { tickets: 2000 });
  t.equal(alertTickets(sim).length, 2000);
  t.equal(new Set(alertTickets(sim).map(({ assetId }) => assetId)).size, 2000);
  const names = [...sim.state.world.tenant.assets.values()].map(({ name }) => name);
  t.same(
    names.filter((name, index) => names.indexOf(name) !== index),
    ['RECEPTION-01'],
  );
  const { json } = await sim.call('GET', '/v2/servicedesk/tickets?PageSize=1000');
  t.equal(json.result.length, 100);
  t.equal(json.totalRecords, 2003);
});

t.test('tickets of people carry no alert, in no view', async (t) => {
  const sim = startSim(t);
  const people = sim.state.ledger().tickets.filter(({ alertRefId }) => alertRefId === null);
  t.equal(people.length, 3);
  for (const { id } of people) {
    const { json } = await sim.call('GET', `/v2/servicedesk/tickets/${id}`);
    t.equal(json.result.rmmTicketReference, null);
  }
  const [alert] = alertTickets(sim);
  const single = await sim.call('GET', `/v2/servicedesk/tickets/${alert?.id}`);
  t.equal(single.json.result.rmmTicketReference, alert?.alertRefId);
  const list = await sim.call('GET', '/v2/servicedesk/tickets');
  t.notOk(list.json.result.some((row: object) => 'rmmTicketReference' in row));
});
