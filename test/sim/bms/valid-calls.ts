import { dattoAlerts } from '../../../sim/bms/rmm/datto-alert.ts';
import { named } from '../../../sim/bms/tenant/named.ts';
import { alertTickets, type Sim, tickets } from './support.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ValidCall {
  method: Method;
  template: string;
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean>;
  body?: object;
  /** How long to wait before, so that jobs are done. */
  afterMs?: number;
}

/** What earlier answers said, by `METHOD template`. */
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
export type Answers = Map<string, any>;
type Call = ValidCall | ((answers: Answers) => ValidCall);

/** One call or more of every operation that the simulator has, in an order in which all of them succeed. */
export function validCalls(sim: Sim): Call[] {
  const facts = factsOf(sim);
  return [
    ...lookupCalls(facts),
    ...peopleCalls(facts),
    ...ticketReads(facts),
    ...ticketWrites(facts),
    ...taskCalls(facts),
    ...batchCalls(facts),
    ...copilotCalls(facts),
    ...assetCalls(facts),
    ...rmmCalls(facts),
    ...platformCalls(sim),
  ];
}

type Facts = ReturnType<typeof factsOf>;

function factsOf(sim: Sim) {
  const { tenant } = sim.state.world;
  const [first, second, third, fourth] = alertTickets(sim);
  const account = tenant.accounts.find(({ id }) => id === first?.accountId);
  const [location, contact] = [account?.locations[0], account?.contacts[0]];
  const sibling = alertTickets(sim).find((one) => one.accountId === second?.accountId && one.id !== second.id);
  if (!first?.assetId || !second || !third || !fourth?.assetId || !account || !location || !contact || !sibling) {
    throw new Error('the tenant is too small');
  }
  const vip = sim.state.ledger().tickets.find(({ title }) => title.startsWith('VIP'));
  if (!vip) throw new Error('no ticket of a VIP');
  return {
    ...{ tenant, first, second, third, fourth, sibling, vip, account, location, contact },
    status: named(tenant.statuses, 'In Progress').id,
    priority: named(tenant.priorities, 'High').id,
    queue: named(tenant.queues, 'Tier 3 Escalation').id,
    noteType: named(tenant.noteTypes, 'General Note').id,
    type: named(tenant.ticketTypes, 'Incident').id,
    source: named(tenant.sources, 'Portal').id,
    issueType: named(tenant.issueTypes, 'Hardware'),
    workType: named(tenant.workTypes, 'Remote Support').id,
    role: named(tenant.roles, 'Technician').id,
    employee: named(tenant.employees, 'Tom Okafor').id,
    agentId: tenant.assets.get(fourth.assetId)?.agentId ?? '',
    integrationType: tenant.integrationType,
  };
}

const get = (template: string, more: Partial<ValidCall> = {}): ValidCall => ({ method: 'GET', template, ...more });

const lookupCalls = ({ issueType }: Facts): Call[] => [
  ...['priorities', 'queues', 'statuses', 'slas', 'worktypes', 'roles'].map((name) => get(`/v2/system/${name}/lookup`)),
  get('/v2/system/issuetypes/lookup', { query: { 'Filter.Name': 'ware' } }),
  get('/v2/system/issuetypes/{issueTypeId}/issuesubtypes/lookup', { params: { issueTypeId: issueType.id } }),
  ...['TicketSource', 'TicketType', 'NoteType', 'ContactType'].map((tableName) =>
    get('/v2/system/lookup/{tableName}', { params: { tableName } }),
  ),
  get('/v2/system/tenantlookup/{tableName}', { params: { tableName: 'NoteType' } }),
];

const peopleCalls = ({ account, location, contact, employee }: Facts): Call[] => [
  get('/v2/hr/assignees/lookup', { query: { 'Filter.Name': 'a' } }),
  get('/v2/hr/assignees', { query: { Name: 'a' } }),
  get('/v2/hr/assignees/count'),
  get('/v2/hr/assignees/{assigneeId}/roles', { params: { assigneeId: employee } }),
  get('/v2/crm/accounts/lookup', { query: { 'Filter.WithInactiveAccounts': true } }),
  get('/v2/crm/accounts/summary', { query: { 'Filter.IsActive': true, PageSize: 3 } }),
  get('/v2/crm/accounts/summary/{id}', { params: { id: account.id } }),
  get('/v2/crm/accounts/{accountId}/locations/lookup', { params: { accountId: account.id } }),
  get('/v2/crm/accounts/{accountId}/locations/{locationId}', {
    params: { accountId: account.id, locationId: location.id },
  }),
  get('/v2/crm/accounts/{accountId}/contacts/lookup', { params: { accountId: account.id } }),
  get('/v2/crm/accounts/{accountId}/alerts/{accountAlertType}', {
    params: { accountId: account.id, accountAlertType: 0 },
  }),
  get('/v2/crm/contacts/summary', { query: { 'Filter.AccountId': account.id } }),
  get('/v2/crm/contacts/summary/{id}', { params: { id: contact.id } }),
  get('/v2/crm/contacts/search', { query: { 'Filter.EmailAddress': contact.email } }),
  get('/v2/finance/contracts/lookup', { query: { AccountId: account.id, ExcludeExpiredContracts: true } }),
];

const ticketReads = ({ first, vip }: Facts): Call[] => [
  get(tickets, { query: { 'Filter.ExcludeCompleted': 1, PageSize: 100, PageNumber: 1 } }),
  { method: 'POST', template: `${tickets}/search`, body: { Filter: { Title: 'disk', ExcludeCompleted: 1 } } },
  get(`${tickets}/count`, { query: { ExcludeCompleted: 1 } }),
  get(`${tickets}/summary`, { query: { 'Filter.AccountId': first.accountId } }),
  get(`${tickets}/searchselect`, { query: { 'Filter.ExcludeCompleted': true } }),
  ...[first, vip].flatMap(({ id: ticketId }) =>
    ['', '/notes', '/activities', '/slainfo', '/auditlogs', '/relatedalerts', '/tickettabsindicators/count'].map(
      (part) => get(`${tickets}/{ticketId}${part}`, { params: { ticketId } }),
    ),
  ),
];

const noteDate = '2026-11-23T14:00:00Z';

function ticketWrites(facts: Facts): Call[] {
  const { first, second, third, account, location, status, priority, queue, noteType, type, source } = facts;
  const { contact, employee, issueType, workType, role } = facts;
  const params = { ticketId: first.id };
  const note = { Details: 'seen', IsInternal: true, TypeId: noteType, NoteDate: noteDate };
  const mail = { EmailNotification: { ContactIds: String(contact.id), ResourcesIds: String(employee) } };
  return [
    {
      ...{ method: 'POST', template: tickets },
      body: {
        ...{ Title: 'Disk', Details: 'full', AccountId: account.id, LocationId: location.id, StatusId: status },
        ...{ PriorityId: priority, TypeId: type, SourceId: source, OpenDate: noteDate, QueueId: queue },
        ...{ ContactId: contact.id, IssueTypeId: issueType.id, SubIssueTypeId: issueType.subTypes[0]?.id },
        UseDefaultContract: true,
      },
    },
    { method: 'POST', template: `${tickets}/{ticketId}/notes`, params, body: { ...note, ...mail } },
    (answers) =>
      get(`${tickets}/{ticketId}/notes/{noteId}`, {
        params: { ...params, noteId: answers.get(`POST ${tickets}/{ticketId}/notes`).result.id },
      }),
    {
      ...{ method: 'POST', template: `${tickets}/{ticketId}/timelogs`, params },
      body: { StartDate: '2026-11-23', StartTime: '13:00', EndTime: '13:30', WorkTypeId: workType, RoleId: role },
    },
    get(`${tickets}/{ticketId}/timelogs`, { params }),
    {
      ...{ method: 'POST', template: `${tickets}/{ticketId}/assignticket`, params },
      body: { ...note, StatusId: status, QueueId: queue, AssigneeId: employee, ...mail },
    },
    {
      ...{ method: 'PATCH', template: `${tickets}/{ticketId}`, params },
      body: [{ op: 'replace', path: '/PriorityId', value: priority }],
    },
    {
      ...{ method: 'POST', template: `${tickets}/{ticketId}/relatedTickets`, params },
      body: { RelatedTicketIds: [second.id, third.id] },
    },
    get(`${tickets}/{ticketId}/relatedTickets`, { params }),
    get(`${tickets}/{ticketId}/relatedTickets/count`, { params }),
    { method: 'POST', template: `${tickets}/{ticketId}/resolve`, params, body: { Comment: 'free again' } },
  ];
}

function taskCalls({ second, employee }: Facts): Call[] {
  const params = { ticketId: second.id };
  const todos = `${tickets}/{ticketId}/todos`;
  const items = `${tickets}/{ticketId}/checklistitems`;
  return [
    {
      ...{ method: 'POST', template: todos, params },
      body: { Description: 'Call', UserId: employee, Date: noteDate },
    },
    (answers) => get(`${todos}/{toDoId}`, { params: { ...params, toDoId: answers.get(`POST ${todos}`).result.id } }),
    get(`${tickets}/{ticketId}/servicecallstodos`, { params }),
    { method: 'POST', template: items, params, body: { Name: 'Check the disk', Order: 1 } },
    get(items, { params }),
    { method: 'DELETE', template: items, params },
  ];
}

const batchCalls = ({ second, sibling, third, priority }: Facts): Call[] => [
  { method: 'PATCH', template: tickets, body: { TargetedIds: [second.id, third.id, 1], PriorityId: priority } },
  {
    ...{ method: 'POST', template: `${tickets}/merge` },
    body: { DestinationTicketId: second.id, SourceTicketIds: [sibling.id], IsMerge: true },
  },
  (answers) =>
    get(`${tickets}/logs/{jobId}`, { params: { jobId: answers.get(`PATCH ${tickets}`).result }, afterMs: 5_000 }),
  (answers) =>
    get('/v2/system/batchAction/logs/{jobId}', {
      params: { jobId: answers.get(`POST ${tickets}/merge`).result.jobId },
    }),
];

function copilotCalls({ second }: Facts): Call[] {
  const params = { ticketId: second.id };
  const resolution = `${tickets}/{ticketId}/ticketresolution`;
  const summary = `${tickets}/{ticketId}/ticketsummary`;
  return [
    get('/v2/admin/copilot/configuration'),
    { method: 'POST', template: `${resolution}/generate`, params, query: { doSaveResult: true } },
    get(resolution, { params }),
    { method: 'POST', template: resolution, params, body: { Summary: 'x', DurationInMilliseconds: 1 } },
    { method: 'PUT', template: resolution, params, body: { Summary: 'x' } },
    { method: 'POST', template: `${resolution}/refine`, params, body: { Details: 'x' } },
    { method: 'POST', template: `${summary}/generate`, params },
    get(summary, { params }),
    { method: 'PUT', template: summary, params, body: { Summary: 'x' } },
    { method: 'POST', template: `${tickets}/notes/rephrase`, body: { Details: 'x' } },
  ];
}

const assets = '/v2/servicedesk/hardwareasset';

const assetCalls = ({ tenant, fourth, agentId }: Facts): Call[] => [
  get(`${assets}/searchselect`, { query: { 'Filter.AssetName': 'EXD', 'Filter.IsActive': true } }),
  ...[...tenant.assets.keys()].map((assetId) => get(`${assets}/{assetId}`, { params: { assetId } })),
  get(`${assets}/{assetId}/tickets`, { params: { assetId: fourth.assetId ?? 0 } }),
  get(`${assets}/{deviceId}/status`, { params: { deviceId: agentId } }),
];

function rmmCalls(facts: Facts): Call[] {
  const { third, fourth, account, integrationType, agentId } = facts;
  const base = '/v2/rmm/{integrationType}';
  const params = { integrationType };
  const submit = (method: Method, part: string, rows: object[], more = {}): ValidCall => ({
    ...{ method, template: `${base}/${part}`, params: { ...params, ...more }, body: rows },
  });
  const status = (family: string, submitted: string, afterMs: number) => (answers: Answers) =>
    get(`${base}/${family}/status/{jobId}`, {
      params: { ...params, jobId: answers.get(submitted).result.jobId },
      afterMs,
    });
  const resolved = `POST ${base}/tickets/resolve`;
  const mappings = 'mappings/{entityType}';
  const accounts = { entityType: 'accounts' };
  return [
    submit('POST', 'tickets', [
      {
        ...{ TransactionId: 't', AlertRefId: 'new', Organization: { Name: account.name }, Title: 'CPU' },
        ...{ Details: 'busy', OpenDate: noteDate, DuplicationCount: 0 },
      },
    ]),
    submit('POST', 'tickets/resolve', [
      { TransactionId: 'a', AlertRefId: third.alertRefId, ResolutionNote: 'free again' },
      { TransactionId: 'b', AlertRefId: 'unknown' },
    ]),
    submit('POST', 'tickets/duplicate', [
      { TransactionId: 'c', AlertRefId: fourth.alertRefId, DuplicationCount: 1, ReopenTicket: false },
    ]),
    { method: 'POST', template: dattoAlerts.template, body: { AlertUid: 'd', Alert: 'Disk', DeviceUid: agentId } },
    submit('POST', 'assets', [{ TransactionId: 'e', AgentId: 'e', Name: 'NEW', Organization: { Name: account.name } }]),
    submit('PUT', 'assets', [{ TransactionId: 'f', AgentId: agentId, AssetDetails: { SerialNumber: 'S' } }]),
    submit('PUT', 'assets/deactivate', [{ TransactionId: 'g', AssetId: String(fourth.assetId) }]),
    submit('POST', mappings, [{ ExternalId: 'site-1', PsaId: account.id }], accounts),
    status('tickets', resolved, 0),
    status('tickets', resolved, 5_000),
    status('tickets', `POST ${dattoAlerts.template}`, 0),
    get(`${tickets}/{ticketId}/relatedalerts`, { params: { ticketId: fourth.id } }),
    status('assets', `PUT ${base}/assets/deactivate`, 0),
    status('mappings', `POST ${base}/${mappings}`, 0),
    get(`${base}/${mappings}`, { params: { ...params, ...accounts } }),
    submit('DELETE', mappings, [{ ExternalId: 'site-1' }], accounts),
    get(`${base}/status`, { params }),
    get('/v2/rmm/integrations'),
  ];
}

const platformCalls = (sim: Sim): Call[] => [
  get('/v2/security/userinfo'),
  get('/v2/security/ssostatus', { query: { Tenant: sim.state.world.tenant.name } }),
  get('/v2/system/schedulerJobs/{jobId}/status', { params: { jobId: sim.state.world.schedulerJobs[0]?.id ?? '' } }),
  {
    ...{ method: 'POST', template: '/v2/kaseya-one/tickets/action/notifications' },
    body: { Id: '1', ActionEventType: 'x', Event: {}, EventType: 'y', TargetProducts: ['z'] },
  },
];
