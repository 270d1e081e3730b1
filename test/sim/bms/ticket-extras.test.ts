import t from 'tap';
import { alertTickets, startSim, tickets } from './support.ts';

const noteDate = '2026-11-23T14:00:00Z';

t.test('a to-do has an owner, and shows in the combined list', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const url = `${tickets}/${ticket?.id}`;
  const UserId = await sim.idOf('hr/assignees/lookup', 'Ines Marchetti');
  const StatusId = await sim.idOf('system/statuses/lookup', 'Waiting');
  const todo = { Description: 'Call the vendor', UserId, Date: '2026-11-24T09:00:00+01:00', StatusId };
  const { result } = (await sim.call('POST', `${url}/todos`, todo)).json;
  t.match(result, { ticketId: ticket?.id, resource: 'Ines Marchetti', date: '2026-11-24T08:00:00.000Z' });
  t.match((await sim.call('GET', `${url}/todos/${result.id}`)).json.result, result);
  t.match((await sim.call('GET', `${url}/servicecallstodos`)).json, {
    totalRecords: 1,
    result: [{ id: result.id, assignedTo: 'Ines Marchetti', complete: false }],
  });
  t.match(alertTickets(sim)[0], { statusName: 'Waiting', todos: 1 });
  t.equal((await sim.call('GET', `${url}/todos/1`)).json.success, false);
});

t.test('logged time is counted, and must end after it began', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const url = `${tickets}/${ticket?.id}/timelogs`;
  const WorkTypeId = await sim.idOf('system/worktypes/lookup', 'Remote Support');
  const RoleId = await sim.idOf('system/roles/lookup', 'Technician');
  const entry = { StartDate: '2026-11-23', StartTime: '13:00', WorkTypeId, RoleId };
  for (const EndTime of ['13:00', '12:59', '25:00']) {
    t.equal((await sim.call('POST', url, { ...entry, EndTime })).json.success, false, EndTime);
  }
  await sim.call('POST', url, { ...entry, EndTime: '14:30' });
  t.match((await sim.call('GET', url)).json.result, [{ timespent: 1.5, workTypeName: 'Remote Support' }]);
  t.equal(alertTickets(sim)[0]?.hours, 1.5);
});

t.test('a checklist grows, is read and goes', async (t) => {
  const sim = startSim(t);
  const url = `${tickets}/${alertTickets(sim)[0]?.id}/checklistitems`;
  t.equal((await sim.call('GET', url)).json.result, null);
  await sim.call('POST', url, { Name: 'second', Order: 2 });
  await sim.call('POST', url, { Name: 'first', Order: 1 });
  t.match((await sim.call('GET', url)).json.result, { name: 'first', isCompleted: false });
  t.equal(alertTickets(sim)[0]?.checklistItems, 2);
  t.equal((await sim.call('DELETE', url)).text, '');
  t.equal(alertTickets(sim)[0]?.checklistItems, 0);
  t.equal(sim.state.ledger().effects.length, 3);
});

t.test('the audit log says who changed what, the latest first', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const value = await sim.idOf('system/queues/lookup', 'Projects');
  await sim.call('PATCH', `${tickets}/${ticket?.id}`, [{ op: 'replace', path: '/QueueId', value }]);
  await sim.open({ method: 'POST', url: '/__sim/human', payload: { ticketId: ticket?.id, action: 'assign' } });
  const { result } = (await sim.call('GET', `${tickets}/${ticket?.id}/auditlogs`)).json;
  t.match(result, [
    { source: 'Tom Okafor', action: 'Assigned', details: 'Tom Okafor' },
    { source: 'Triage API', action: 'Queue changed', details: 'Service Desk → Projects' },
    { source: 'RMM Integration', action: 'Created' },
  ]);
  const second = (await sim.call('GET', `${tickets}/${ticket?.id}/auditlogs?PageSize=2&PageNumber=2`)).json;
  t.match(second.result, [{ action: 'Created' }]);
});

t.test('a relation between tickets works both ways, exists once, and only between tickets that exist', async (t) => {
  const sim = startSim(t);
  const [one, two] = alertTickets(sim);
  const url = `${tickets}/${one?.id}/relatedTickets`;
  for (const RelatedTicketIds of [[1], [one?.id]]) {
    t.equal((await sim.call('POST', url, { RelatedTicketIds })).json.error.code, 1004);
  }
  for (let times = 0; times < 2; times += 1) await sim.call('POST', url, { RelatedTicketIds: [two?.id] });
  t.match((await sim.call('GET', url)).json.result, [{ relatedTicketId: two?.id, ticketNumber: two?.ticketNumber }]);
  t.equal((await sim.call('GET', `${tickets}/${two?.id}/relatedTickets/count`)).json.result.count, 1);
});

t.test('tickets of alerts on the same machine are related without being asked for', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  const agentId = sim.state.world.tenant.assets.get(one?.assetId ?? 0)?.agentId;
  const url = `${tickets}/${one?.id}/relatedalerts`;
  t.same((await sim.call('GET', url)).json.result, []);
  await sim.call('POST', '/v2/rmm/dattormm/alerts', { AlertUid: 'other', Alert: 'CPU', DeviceUid: agentId });
  sim.pass(2_000);
  t.match((await sim.call('GET', url)).json.result, [{ title: 'CPU', statusName: 'New' }]);
  t.equal(
    (await sim.call('GET', `${tickets}/${one?.id}/tickettabsindicators/count`)).json.result.relatedAlertsCount,
    1,
  );
});

t.test('an e-mail goes to the people that were named, and is refused for others', async (t) => {
  const sim = startSim(t);
  const [ticket, foreign] = alertTickets(sim);
  const { tenant } = sim.state.world;
  const contactOf = (accountId: number | undefined) => tenant.accounts.find(({ id }) => id === accountId)?.contacts[0];
  const body = {
    ...{ Details: 'x', IsInternal: true, NoteDate: noteDate },
    TypeId: await sim.idOf('system/lookup/NoteType', 'Escalation'),
  };
  const url = `${tickets}/${ticket?.id}/notes`;
  const send = (EmailNotification: object) => sim.call('POST', url, { ...body, EmailNotification });
  const resource = await sim.idOf('hr/assignees/lookup', 'Sam Lindqvist');
  const retired = tenant.employees.find(({ isActive }) => !isActive)?.id;
  for (const wrong of [
    { ContactIds: String(contactOf(foreign?.accountId)?.id) },
    { ResourcesIds: `${resource},${retired}` },
    { ResourcesIds: 'Sam' },
    { OtherEmails: ['nobody'] },
  ]) {
    t.equal((await send(wrong)).json.success, false, JSON.stringify(wrong));
  }
  t.same(sim.state.ledger().mails, []);
  const contact = contactOf(ticket?.accountId);
  await send({ ContactIds: String(contact?.id), ResourcesIds: String(resource), OtherEmails: ['on-call@msp.example'] });
  t.match(sim.state.ledger().mails, [
    { ticketId: ticket?.id, to: [contact?.email, 'sam.lindqvist@msp.example', 'on-call@msp.example'] },
  ]);
});

t.test('short lists and the count agree with the long list', async (t) => {
  const sim = startSim(t);
  const accountId = alertTickets(sim)[0]?.accountId;
  const rows = async (path: string) => (await sim.call('GET', `${tickets}${path}`)).json;
  const { totalRecords, result } = await rows(`?Filter.AccountIds=${accountId}&Filter.ExcludeCompleted=1`);
  t.ok(totalRecords > 1);
  t.equal((await rows(`/count?AccountIds=${accountId}&ExcludeCompleted=1`)).result.count, totalRecords);
  const select = await rows(`/searchselect?Filter.AccountId=${accountId}&Filter.ExcludeCompleted=true`);
  t.equal(select.result.length, totalRecords);
  const other = await rows(`/searchselect?Filter.AccountId=${accountId}&Filter.ExcludedId=${result[0].id}`);
  t.notOk(other.result.some(({ id }: { id: number }) => id === result[0].id));
  const summary = await rows(`/summary?Filter.AccountId=${accountId}`);
  t.match(summary.result[0], { statusId: String(result[0].statusId), priorityName: result[0].priorityName });
});
