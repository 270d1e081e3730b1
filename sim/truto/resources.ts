/** How the body that Truto takes holds BMS's: as it is, as a bare array, or as an array in a property of this name. */
type Body = { keys: readonly string[]; rowsIn?: string | null };

/** One method of one resource of the integration, as we suppose Truto to have it: nothing of it is published. */
export interface Resource {
  resource: string;
  /** `list`, `get`, `create`, `update`. */
  method: string;
  /** BMS's own method and template. */
  operation: string;
  /** The placeholder that is the path id. */
  id?: string;
  query: readonly string[];
  /** Pages of BMS become cursors. */
  isPaged: boolean;
  body?: Body;
}

const ticket = '/v2/servicedesk/tickets/{ticketId}';
const rmm = '/v2/rmm/{integrationType}';
const asset = '/v2/servicedesk/hardwareasset';

const filters = (names: string) => names.split(' ').map((name) => `Filter.${name}`);
const words = (names: string) => names.split(' ');

const list = (resource: string, operation: string, query: readonly string[] = []): Resource => ({
  ...{ resource, method: 'list', operation: `GET ${operation}`, query, isPaged: false },
});
const pages = (resource: string, operation: string, query: readonly string[] = []): Resource => ({
  ...list(resource, operation, query),
  isPaged: true,
});
const get = (resource: string, operation: string, id: string): Resource => ({
  ...{ resource, method: 'get', operation: `GET ${operation}`, id, query: [], isPaged: false },
});
const write = (resource: string, method: string, operation: string, more: Partial<Resource> = {}): Resource => ({
  ...{ resource, method, operation, query: [], isPaged: false },
  ...more,
});

const ticketInput = words(
  'Title Details AccountId LocationId ContactId StatusId PriorityId TypeId SourceId OpenDate QueueId AssigneeId HardwareAssetId IssueTypeId SubIssueTypeId ContractId SLAId DueDate UseDefaultContract',
);
const noteInput = words('Details IsInternal TypeId NoteDate StatusId EmailNotification');
const rmmTicket = words(
  'TransactionId AlertRefId Organization Title Details OpenDate Asset DuplicationCount LastOccurence',
);

export const resources: readonly Resource[] = [
  pages(
    'servicedesk_tickets',
    '/v2/servicedesk/tickets',
    filters(
      'Title AccountIds TicketNumber HardwareAssetId HardwareAssetName ContactId ContactName StatusNames QueueNames PriorityNames TicketTypeNames IssueTypeNames AssigneeName ExcludeCompleted CreatedOnFrom CreatedOnTo OpenDateFrom OpenDateTo FromDate ToDate LastActivityUpdateFrom LastActivityUpdateTo',
    ),
  ),
  write('servicedesk_tickets', 'create', 'POST /v2/servicedesk/tickets', { body: { keys: ticketInput } }),
  get('servicedesk_tickets', ticket, 'ticketId'),
  write('servicedesk_tickets', 'update', `PATCH ${ticket}`, {
    ...{ id: 'ticketId', body: { keys: words('op path value from'), rowsIn: 'operations' } },
  }),
  pages('servicedesk_ticket_notes', `${ticket}/notes`),
  write('servicedesk_ticket_notes', 'create', `POST ${ticket}/notes`, { body: { keys: noteInput } }),
  pages('servicedesk_ticket_activities', `${ticket}/activities`, filters('ActivityType OnlyInternal')),
  list('servicedesk_ticket_relatedalerts', `${ticket}/relatedalerts`),
  list('servicedesk_ticket_slainfo', `${ticket}/slainfo`),
  pages('servicedesk_ticket_servicecallstodos', `${ticket}/servicecallstodos`),
  write('assignticket', 'create', `POST ${ticket}/assignticket`, {
    body: { keys: [...noteInput, 'AssigneeId', 'QueueId', 'SecondaryAssignees'] },
  }),
  write('resolve', 'create', `POST ${ticket}/resolve`, {
    body: { keys: words('Id Comment StatusId IsInternal IsPublishToKnowledgeBase KnowledgeBaseCategoryId') },
  }),
  write('todos', 'create', `POST ${ticket}/todos`, { body: { keys: words('Id Description StatusId UserId Date') } }),
  write('ticketresolution_generate', 'create', `POST ${ticket}/ticketresolution/generate`, { query: ['doSaveResult'] }),
  write('ticketsummary_generate', 'create', `POST ${ticket}/ticketsummary/generate`),
  pages(
    'hardwareasset_searchselect',
    `${asset}/searchselect`,
    filters('AssetName SerialNumber IPAddress AccountId ContactId ContactName IsActive'),
  ),
  get('servicedesk_hardwareasset', `${asset}/{assetId}`, 'assetId'),
  pages('hardwareasset_tickets', `${asset}/{assetId}/tickets`),
  list('queues_lookup', '/v2/system/queues/lookup'),
  list('priorities_lookup', '/v2/system/priorities/lookup'),
  list('statuses_lookup', '/v2/system/statuses/lookup'),
  list('issuetypes_lookup', '/v2/system/issuetypes/lookup', filters('Name')),
  list('system_lookup', '/v2/system/lookup/{tableName}'),
  pages('assignees_lookup', '/v2/hr/assignees/lookup', filters('Name AccountId ExcludedIds')),
  pages('accounts_lookup', '/v2/crm/accounts/lookup', filters('Name')),
  list('locations_lookup', '/v2/crm/accounts/{accountId}/locations/lookup'),
  pages('contacts_lookup', '/v2/crm/accounts/{accountId}/contacts/lookup', filters('Name')),
  list('contracts_lookup', '/v2/finance/contracts/lookup', words('AccountId ExcludeExpiredContracts')),
  // One of the two array bodies is a bare array, the other sits in a property: both are thinkable.
  write('rmm_tickets', 'create', `POST ${rmm}/tickets`, { body: { keys: rmmTicket, rowsIn: null } }),
  write('tickets_resolve', 'create', `POST ${rmm}/tickets/resolve`, {
    body: { keys: words('TransactionId AlertRefId ResolutionNote'), rowsIn: 'items' },
  }),
  list('tickets_status', `${rmm}/tickets/status/{jobId}`),
  write('assets_deactivate', 'update', `PUT ${rmm}/assets/deactivate`, {
    ...{ id: 'integrationType', body: { keys: words('TransactionId AssetId'), rowsIn: 'assets' } },
  }),
  list('assets_status', `${rmm}/assets/status/{jobId}`),
  list('rmm_integrations', '/v2/rmm/integrations'),
  list('rmm_status', `${rmm}/status`),
  write('action_notifications', 'create', 'POST /v2/kaseya-one/tickets/action/notifications', {
    body: {
      keys: words('KaseyaOneOrganizationId Id ActionEventType Event EventType AppClientIdentifier TargetProducts'),
    },
  }),
];

/** The query's own name of a placeholder: `job_id`, as the names of arguments in Truto's examples go. */
export const queryName = (placeholder: string) => placeholder.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Placeholders that are query parameters, as they are called in the template. */
export const placeholdersOf = ({ operation, id }: Resource): string[] =>
  [...operation.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name && name !== id ? [name] : []));

/** A resource as the tools endpoint shows it. */
export function toolOf(resource: Resource) {
  const { query, body, isPaged, method } = resource;
  const names = placeholdersOf(resource).map(queryName);
  return {
    ...{ resource: resource.resource, method, name: nameOf(resource), description: `${method} ${resource.resource}` },
    query_schema: objectOf([...query, ...names, ...(isPaged ? ['limit', 'next_cursor'] : [])]),
    body_schema: bodySchema(body),
    ...{ required: [...names, ...(resource.id ? ['id'] : [])], tags: [] },
  };
}

const objectOf = (keys: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(keys.map((key) => [key, {}])),
});

function bodySchema(body: Body | undefined): object {
  if (!body) return objectOf([]);
  const { keys, rowsIn } = body;
  if (rowsIn === undefined) return objectOf(keys);
  const rows = { type: 'array', items: objectOf(keys) };
  return rowsIn === null ? rows : { type: 'object', properties: { [rowsIn]: rows } };
}

function nameOf({ resource, method }: Resource): string {
  if (method === 'list') return `list_all_kaseya_bms_${resource}`;
  return method === 'create' ? `create_a_kaseya_bms_${resource}` : `${method}_a_kaseya_bms_${resource}_by_id`;
}
