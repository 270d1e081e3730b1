import t from 'tap';
import { alertTickets, type Sim, startSim, tickets } from './support.ts';

/** A call that BMS takes, and ways to spoil it: each names the field that must be reported. */
interface Case {
  method: 'POST' | 'PATCH';
  url: string;
  body: object;
  required: string[];
  /** Fields with ids that have the right form and name nothing. */
  wrong: Record<string, unknown>;
}

function casesOf(sim: Sim): Record<string, Case> {
  const { tenant } = sim.state.world;
  const [ticket, other] = alertTickets(sim);
  if (!ticket || !other) throw new Error('no tickets');
  const [account, foreign] = [ticket, other].map(({ accountId }) => tenant.accounts.find(({ id }) => id === accountId));
  if (!account || !foreign) throw new Error('no accounts');
  const id = (entries: readonly { id: number; name: string }[], name: string) =>
    entries.find((entry) => entry.name === name)?.id;
  const retired = (entries: readonly { id: number; isActive: boolean }[]) => entries.find((one) => !one.isActive)?.id;
  const leaver = retired(tenant.employees);
  const status = id(tenant.statuses, 'In Progress');
  const queue = id(tenant.queues, 'Service Desk');
  const note = {
    ...{ Details: 'x', IsInternal: true, NoteDate: '2026-11-23T14:00:00Z' },
    TypeId: id(tenant.noteTypes, 'General Note'),
  };
  const wrongNote = { TypeId: retired(tenant.noteTypes), StatusId: retired(tenant.statuses) };
  const ids = [ticket.id, other.id];
  return {
    'a new ticket': {
      ...{ method: 'POST', url: tickets },
      body: {
        ...{ Title: 't', Details: 'd', AccountId: account.id, LocationId: account.locations[0]?.id, StatusId: status },
        ...{ PriorityId: id(tenant.priorities, 'High'), TypeId: id(tenant.ticketTypes, 'Alert'), QueueId: queue },
        ...{ SourceId: id(tenant.sources, 'Portal'), OpenDate: '2026-11-23T14:00:00Z' },
        IssueTypeId: id(tenant.issueTypes, 'Hardware'),
      },
      required: [
        ...['Title', 'Details', 'AccountId', 'LocationId', 'StatusId', 'PriorityId', 'TypeId', 'SourceId'],
        ...['OpenDate', 'QueueId'],
      ],
      wrong: {
        ...{ AccountId: retired(tenant.accounts), LocationId: foreign.locations[0]?.id, StatusId: queue },
        ...{ PriorityId: status, TypeId: retired(tenant.ticketTypes), SourceId: retired(tenant.sources) },
        ...{ QueueId: id(tenant.queues, 'Tier 3'), AssigneeId: leaver, IssueTypeId: retired(tenant.issueTypes) },
        ...{ ContactId: foreign.contacts[0]?.id, ContractId: foreign.contracts[0]?.id, HardwareAssetId: other.assetId },
        ...{ WorkTypeId: retired(tenant.workTypes), SLAId: retired(tenant.slas) },
        SubIssueTypeId: tenant.issueTypes.find(({ name }) => name === 'Backup')?.subTypes[0]?.id,
      },
    },
    'a note': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/notes`, body: note },
      required: ['Details', 'IsInternal', 'TypeId', 'NoteDate'],
      wrong: wrongNote,
    },
    'an assignment': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/assignticket` },
      body: { ...note, StatusId: status, QueueId: queue },
      required: ['Details', 'IsInternal', 'TypeId', 'StatusId', 'NoteDate'],
      wrong: { ...wrongNote, QueueId: id(tenant.queues, 'Tier 3'), AssigneeId: leaver },
    },
    'a resolve': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/resolve`, body: { Comment: 'x' } },
      ...{ required: ['Comment'], wrong: { StatusId: retired(tenant.statuses) } },
    },
    'a time entry': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/timelogs` },
      body: {
        ...{ StartDate: '2026-11-23', StartTime: '13:00', EndTime: '14:30', RoleId: tenant.roles[0]?.id },
        WorkTypeId: id(tenant.workTypes, 'Remote Support'),
      },
      required: ['StartDate', 'StartTime', 'EndTime', 'WorkTypeId', 'RoleId'],
      wrong: { WorkTypeId: retired(tenant.workTypes), RoleId: status, UserId: leaver },
    },
    'a to-do': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/todos` },
      body: { Description: 'x', UserId: tenant.employees[0]?.id, Date: '2026-11-24T09:00:00Z' },
      required: ['Description', 'UserId', 'Date'],
      wrong: { UserId: leaver, StatusId: retired(tenant.statuses) },
    },
    'a checklist item': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/checklistitems`, body: { Name: 'x' } },
      ...{ required: ['Name'], wrong: {} },
    },
    'related tickets': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/relatedTickets`, body: { RelatedTicketIds: [other.id] } },
      ...{ required: ['RelatedTicketIds'], wrong: { RelatedTicketIds: [other.id, ticket.id] } },
    },
    'a merge': {
      ...{ method: 'POST', url: `${tickets}/merge` },
      body: { DestinationTicketId: ticket.id, SourceTicketIds: [other.id] },
      ...{ required: ['DestinationTicketId', 'SourceTicketIds'], wrong: {} },
    },
    'a batch': {
      ...{ method: 'PATCH', url: tickets, body: { TargetedIds: ids, QueueId: queue } },
      required: ['TargetedIds'],
      wrong: {
        ...{ QueueId: id(tenant.queues, 'Tier 3'), AssigneeId: leaver, StatusId: retired(tenant.statuses) },
        ...{ PriorityId: 1, TicketTypeId: retired(tenant.ticketTypes), TicketSourceId: retired(tenant.sources) },
      },
    },
    'a refinement': {
      ...{ method: 'POST', url: `${tickets}/${ticket.id}/ticketresolution/refine`, body: { Details: 'x' } },
      ...{ required: ['Details'], wrong: {} },
    },
  };
}

const names = Object.keys(casesOf(startSim(t)));

for (const name of names) {
  t.test(`${name} is taken whole, and refused for each field that is missing or wrong`, async (t) => {
    const sim = startSim(t);
    const { method, url, body, required, wrong } = casesOf(sim)[name] as Case;
    for (const field of required) {
      const { status, json } = await sim.call(method, url, { ...body, [field]: undefined });
      t.match({ status, json }, { status: 200, json: { success: false, result: null } }, `without ${field}`);
      t.match(json.error.subErrors.join(), field);
    }
    for (const [field, value] of Object.entries(wrong)) {
      t.ok(value, `${field} is a real id of something else`);
      const { status, json } = await sim.call(method, url, { ...body, [field]: value });
      t.match({ status, json }, { status: 200, json: { success: false, error: { code: 1004 } } }, `wrong ${field}`);
      t.match(json.error.subErrors.join(), field);
    }
    const { effects, jobs } = sim.state.ledger();
    t.same([effects, jobs], [[], []], 'nothing happened');
    const { text } = await sim.call(method, url, body);
    t.notMatch(text, /"success":false/);
  });
}

t.test('a patch cannot empty what a ticket must have', async (t) => {
  const sim = startSim(t);
  const url = `${tickets}/${alertTickets(sim)[0]?.id}`;
  for (const field of ['Title', 'Details', 'StatusId', 'PriorityId', 'TypeId', 'LocationId', 'QueueId', 'SourceId']) {
    const { json } = await sim.call('PATCH', url, [{ op: 'replace', path: `/${field}`, value: null }]);
    t.match(json, { success: false, error: { subErrors: [`${field} is required`] } }, field);
  }
  t.same(sim.state.ledger().effects, []);
});

t.test('with --errors http a refusal has a status that fits', async (t) => {
  const sim = startSim(t, { errors: 'http' });
  const url = `${tickets}/${alertTickets(sim)[0]?.id}`;
  t.match(await sim.call('POST', `${url}/notes`, {}), { status: 400, json: { success: false } });
  t.match(await sim.call('GET', `${tickets}/1`), { status: 404, json: { success: false } });
  t.match(await sim.call('GET', tickets), { status: 200, json: { success: true } });
});

t.test('a missing token, a wrong content type and an unknown path have their status in either style', async (t) => {
  for (const errors of ['envelope', 'http'] as const) {
    const sim = startSim(t, { errors });
    t.equal((await sim.open({ url: tickets })).status, 401);
    t.equal((await sim.open({ method: 'POST', url: '/v2/security/authenticate', payload: {} })).status, 415);
    t.equal((await sim.call('GET', '/v2/nothing')).status, 404);
  }
});
