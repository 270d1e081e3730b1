import t from 'tap';
import { alertTickets, startSim, tickets } from './support.ts';

/** A ticket that BMS would take. */
async function validTicket(sim: ReturnType<typeof startSim>) {
  const account = sim.state.world.tenant.accounts[0];
  return {
    Title: 'Disk C: below 10 %',
    Details: 'see note',
    AccountId: account?.id,
    LocationId: account?.locations[0]?.id,
    StatusId: await sim.idOf('system/statuses/lookup', 'New'),
    PriorityId: await sim.idOf('system/priorities/lookup', 'High'),
    TypeId: await sim.idOf('system/lookup/TicketType', 'Incident'),
    SourceId: await sim.idOf('system/lookup/TicketSource', 'Portal'),
    OpenDate: '2026-11-23T14:05:00+01:00',
    QueueId: await sim.idOf('system/queues/lookup', 'Service Desk'),
  };
}

const titles = (json: { result: { title: string }[] }) => json.result.map(({ title }) => title);

t.test('a ticket is created once all that is required is there', async (t) => {
  const sim = startSim(t);
  const input = await validTicket(sim);
  const created = await sim.call('POST', tickets, input);
  t.equal(created.json.success, true);
  t.match(created.json.result, { title: input.Title, priorityName: 'High', openDate: '2026-11-23T13:05:00.000Z' });
  t.match(sim.state.ledger().effects, [
    { operation: `POST ${tickets}`, ticketId: created.json.result.id, body: input },
  ]);
  for (const field of Object.keys(input)) {
    const { status, json } = await sim.call('POST', tickets, { ...input, [field]: undefined });
    t.equal(status, 200);
    t.equal(json.success, false);
    t.same(json.error.subErrors, [field === 'QueueId' ? 'QueueId or AssigneeId is required' : `${field} is required`]);
  }
  t.equal(sim.state.ledger().effects.length, 1);
});

t.test('an id that names nothing active is refused', async (t) => {
  const sim = startSim(t);
  const input = await validTicket(sim);
  const { tenant } = sim.state.world;
  const [first, second] = tenant.accounts;
  const wrong = {
    PriorityId: 99,
    StatusId: tenant.statuses.find(({ isActive }) => !isActive)?.id,
    QueueId: tenant.queues.find(({ isActive }) => !isActive)?.id,
    AccountId: tenant.accounts.find(({ isActive }) => !isActive)?.id,
    LocationId: second?.locations[0]?.id,
    ContactId: second?.contacts[0]?.id,
    HardwareAssetId: [...tenant.assets.values()].find(({ accountId }) => accountId !== first?.id)?.id,
  };
  for (const [field, id] of Object.entries(wrong)) {
    const { status, json } = await sim.call('POST', tickets, { ...input, [field]: id });
    t.equal(status, 200, field);
    t.match(json, { success: false, result: null, error: { code: 1004 } });
    t.match(json.error.subErrors[0], new RegExp(`^${field}: .*${id}`));
  }
  t.same(sim.state.ledger().effects, []);
});

t.test('a ticket that gets another device is listed under that one only', async (t) => {
  const sim = startSim(t);
  const [ticket] = [...sim.state.world.tickets.values()].filter(({ assetId }) => assetId !== null);
  const { assets } = sim.state.world.tenant;
  const before = assets.get(ticket?.assetId ?? 0);
  const after = [...assets.values()].find(({ id, accountId }) => id !== before?.id && accountId === before?.accountId);
  const idsOn = async (name: string | undefined) =>
    (await sim.call('GET', `${tickets}?Filter.HardwareAssetName=${name}&PageSize=100`)).json.result.map(
      ({ id }: { id: number }) => id,
    );
  t.ok((await idsOn(before?.name)).includes(ticket?.id));
  const patch = [{ op: 'replace', path: '/HardwareAssetId', value: after?.id }];
  const moved = await sim.call('PATCH', `${tickets}/${ticket?.id}`, patch);
  t.equal(moved.json.success, true);
  t.ok((await idsOn(after?.name)).includes(ticket?.id));
  t.notOk((await idsOn(before?.name)).includes(ticket?.id));
});

t.test('lists filter by names and page from 1', async (t) => {
  const sim = startSim(t);
  const list = async (query: string) => (await sim.call('GET', `${tickets}?${query}`)).json;
  t.equal((await list('')).totalRecords, 21);
  t.equal((await list('Filter.ExcludeCompleted=1')).totalRecords, 20);
  t.equal((await list('Filter.StatusNames=in progress,Closed')).totalRecords, 3);
  t.equal((await list('Filter.HardwareAssetName=exd-fs')).totalRecords, 1);
  t.equal((await list('Filter.PriorityNames=Low')).totalRecords, 4);
  t.equal((await list('Filter.CreatedOnFrom=2026-11-23T13:59:00Z')).totalRecords, 0);
  t.equal((await list('Filter.Nonsense=1')).totalRecords, 21);
  t.equal((await sim.call('GET', `${tickets}?Filter.CreatedOnFrom=soon`)).json.success, false);
  const [one, two] = [await list('PageSize=15&PageNumber=1'), await list('PageSize=15&PageNumber=2')];
  t.equal(one.result.length, 15);
  t.equal(two.result.length, 6);
  t.equal(new Set([...titles(one), ...titles(two)]).size, 21);
  const accountId = sim.state.world.tenant.accounts[0]?.id;
  const byAccount = await list(`Filter.AccountIds=${accountId}&Filter.QueueNames=Service Desk`);
  t.ok(byAccount.totalRecords > 0);
  t.ok(byAccount.result.every((row: { accountId: number }) => row.accountId === accountId));
});

t.test('the search takes the same filter in the body, keys in any case', async (t) => {
  const sim = startSim(t);
  for (const body of [{ Filter: { Title: 'printer' }, PageSize: 5 }, { filter: { title: 'PRINTER' } }]) {
    const { json } = await sim.call('POST', `${tickets}/search`, body);
    t.same(titles(json), ['Printer at reception prints blank pages']);
    t.equal(json.totalRecords, 1);
  }
});

t.test('a note wants its four fields and a known type', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const url = `${tickets}/${ticket?.id}/notes`;
  const typeId = await sim.idOf('system/lookup/NoteType', 'General Note');
  const note = { details: 'seen', isInternal: true, typeId, noteDate: '2026-11-23T14:00:00Z' };
  const added = await sim.call('POST', url, note);
  t.match(added.json.result, {
    details: 'seen',
    isInternal: true,
    typeName: 'General Note',
    createdByName: 'Triage API',
  });
  const empty = await sim.call('POST', url, {});
  t.same(
    empty.json.error.subErrors,
    ['Details', 'IsInternal', 'TypeId', 'NoteDate'].map((field) => `${field} is required`),
  );
  t.equal((await sim.call('POST', url, { ...note, typeId: 1 })).json.error.code, 1004);
  t.equal((await sim.call('POST', `${tickets}/1/notes`, note)).json.error.code, 1005);
  const { json } = await sim.call('GET', url);
  t.equal(json.result.length, 1);
  t.notOk('totalRecords' in json);
  t.equal(sim.state.ledger().effects.length, 1);
});

t.test('an assignment moves the ticket and answers nothing', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const body = {
    Details: 'backup chain broken',
    IsInternal: true,
    TypeId: await sim.idOf('system/lookup/NoteType', 'Escalation'),
    StatusId: await sim.idOf('system/statuses/lookup', 'In Progress'),
    NoteDate: '2026-11-23T14:10:00Z',
    QueueId: await sim.idOf('system/queues/lookup', 'Tier 3 Escalation'),
  };
  const url = `${tickets}/${ticket?.id}/assignticket`;
  t.equal((await sim.call('POST', url, { ...body, AssigneeId: 1 })).json.error.code, 1004);
  t.equal((await sim.call('POST', url, { ...body, StatusId: undefined })).json.success, false);
  const assigned = await sim.call('POST', url, body);
  t.equal(assigned.status, 200);
  t.equal(assigned.text, '');
  const after = sim.state.ledger().tickets.find(({ id }) => id === ticket?.id);
  t.match(after, { queueName: 'Tier 3 Escalation', statusName: 'In Progress', notes: [{ details: body.Details }] });
  t.equal(sim.state.ledger().effects.length, 1);
});

t.test('a patch replaces fields, all or none', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const url = `${tickets}/${ticket?.id}`;
  const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
  const priorityId = await sim.idOf('system/priorities/lookup', 'Critical');
  const half = await sim.call('PATCH', url, [replace('/PriorityId', priorityId), replace('/StatusId', 1)]);
  t.equal(half.json.error.code, 1004);
  t.equal((await sim.call('PATCH', url, [replace('/Nope', 1)])).json.error.code, 1003);
  t.equal((await sim.call('PATCH', url, { PriorityId: priorityId })).json.error.code, 1002);
  t.match(alertTickets(sim)[0], { priorityName: 'Medium' });
  const patched = await sim.call('PATCH', url, [replace('/priorityId', priorityId), replace('/Title', 'New title')]);
  t.match(patched.json.result, { priorityName: 'Critical', title: 'New title' });
  t.equal(sim.state.ledger().effects.length, 1);
});

t.test('the service desk resolves at once', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const url = `${tickets}/${ticket?.id}/resolve`;
  t.equal((await sim.call('POST', url, {})).json.success, false);
  const { json } = await sim.call('POST', url, { Comment: 'free again' });
  t.match(json.result, { statusName: 'Resolved', completedDate: '2026-11-23T14:00:00.000Z' });
  t.match(alertTickets(sim)[0], { resolved: true, notes: [{ details: 'free again', isInternal: false }] });
});

t.test('answers come in Pascal case when asked to', async (t) => {
  const sim = startSim(t, { letterCase: 'pascal' });
  const reply = await sim.open({ url: tickets });
  t.equal(reply.json.Success, false);
  t.ok(reply.json.Error.SubErrors);
});
