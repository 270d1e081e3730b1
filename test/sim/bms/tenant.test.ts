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
  t.equal(json.totalRecords, 2009);
});

t.test('tickets of people carry no alert, in no view', async (t) => {
  const sim = startSim(t);
  const people = sim.state.ledger().tickets.filter(({ alertRefId }) => alertRefId === null);
  t.equal(people.length, 9);
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

t.test('some names say less than they seem to', async (t) => {
  const sim = startSim(t);
  const lookup = async (path: string) => (await sim.call('GET', `/v2/${path}`)).json.result;
  const named = (rows: { name: string; isActive?: boolean }[], name: string) =>
    rows.filter((row) => row.name.trim().toLowerCase() === name);
  const queues = await lookup('system/queues/lookup');
  t.same(
    named(queues, 'network').map(({ isActive }) => isActive),
    [true, true],
    'two active queues, but for case and a space',
  );
  t.match(named(queues, 'tier 3'), [{ isActive: false }]);
  t.match(named(queues, 'tier 3 escalation'), [{ isActive: true }]);
  t.equal(named(await lookup('system/issuetypes/lookup'), 'software').length, 2);
  t.match(named(await lookup('system/statuses/lookup'), 'escalated'), [{ isActive: false }]);

  const accounts = await lookup('crm/accounts/lookup');
  const harbour = named(accounts, 'harbour logistics')[0] as unknown as { id: number };
  const jonases = named(await lookup(`crm/accounts/${harbour.id}/contacts/lookup?Filter.Name=jonas`), 'jonas pike');
  t.equal(jonases.length, 2);
  t.equal(new Set(jonases.map((row) => JSON.stringify(row))).size, 2);
  for (const { id } of accounts) t.match(named(await lookup(`crm/accounts/${id}/locations/lookup`), 'main'), [{}]);
  const receptions = await lookup('servicedesk/hardwareasset/searchselect?Filter.AssetName=RECEPTION-01');
  t.equal(new Set(receptions.map(({ accountId }: { accountId: number }) => accountId)).size, 2);
});

t.test('a queue without members takes tickets that no one will see', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const value = await sim.idOf('system/queues/lookup', 'Weekend Rota');
  await sim.call('PATCH', `/v2/servicedesk/tickets/${ticket?.id}`, [{ op: 'replace', path: '/QueueId', value }]);
  t.match(alertTickets(sim)[0], { queueName: 'Weekend Rota', queueMembers: 0 });
  t.ok((alertTickets(sim)[1]?.queueMembers ?? 0) > 0);
});

t.test('the CFO’s ticket has more notes than one page holds', async (t) => {
  const sim = startSim(t);
  const found = await sim.call('POST', '/v2/servicedesk/tickets/search', { Filter: { ContactName: 'Margaret Hale' } });
  const [ticket] = found.json.result;
  const page = async (number: number) =>
    (await sim.call('GET', `/v2/servicedesk/tickets/${ticket.id}/notes?PageNumber=${number}`)).json.result;
  const [one, two, three] = [await page(1), await page(2), await page(3)];
  t.same([one.length, two.length, three.length], [25, 9, 0]);
  t.ok(two.some(({ details }: { details: string }) => details.includes('only after month-end close')));
  t.ok(Date.parse(two.at(-1).createdOn) < sim.state.now(), 'the last note is not of tomorrow');
});

t.test('a leaver has a laptop and open tickets, and another person has a ticket on the same laptop', async (t) => {
  const sim = startSim(t);
  const of = async (filter: object) =>
    (await sim.call('POST', '/v2/servicedesk/tickets/search', { filter })).json.result;
  const open = await of({ ContactName: 'Colin Frost', ExcludeCompleted: 1 });
  t.equal(open.length, 3);
  const laptop = (await sim.call('GET', '/v2/servicedesk/hardwareasset/searchselect?Filter.AssetName=MPS-LT02')).json;
  t.match(laptop.result, [{ contactName: 'Colin Frost', contactId: open[0].contactId, isActive: true }]);
  const onLaptop = await of({ HardwareAssetId: laptop.result[0].id });
  t.same([...new Set(onLaptop.map((row: { contactName: string }) => row.contactName))].sort(), [
    'Colin Frost',
    'Grace Adeyemi',
  ]);
});
