/** A BMS operation handed to the model as it is: path, query and body are its arguments, ids and all. */
export interface RawTool {
  name: string;
  description: string;
  method: 'GET' | 'POST' | 'PUT';
  /** Placeholders are arguments. */
  path: string;
  query?: readonly string[];
  /** RMM operations take arrays. */
  body?: 'array' | 'object';
}

const paging = ['PageNumber', 'PageSize'];

/** The tools of the recipe's hero list and workflows, as far as the simulated BMS has the operation behind them. */
export const rawTools: readonly RawTool[] = [
  {
    ...{ name: 'list_all_kaseya_bms_servicedesk_tickets', method: 'GET', path: '/v2/servicedesk/tickets' },
    description: 'List service desk tickets by filters such as account, status, priority and dates.',
    query: [
      ...['Filter.Title', 'Filter.Account', 'Filter.AccountIds', 'Filter.TicketNumber', 'Filter.ContactId'],
      ...['Filter.HardwareAssetName', 'Filter.StatusNames', 'Filter.QueueNames', 'Filter.PriorityNames'],
      ...['Filter.CreatedOnFrom', 'Filter.CreatedOnTo', 'Filter.ExcludeCompleted', ...paging],
    ],
  },
  {
    ...{ name: 'get_single_kaseya_bms_servicedesk_ticket_by_id', method: 'GET' },
    ...{ path: '/v2/servicedesk/tickets/{ticketId}', description: 'Get one service desk ticket by id.' },
  },
  {
    ...{ name: 'list_all_kaseya_bms_servicedesk_ticket_notes', method: 'GET', query: paging },
    ...{ path: '/v2/servicedesk/tickets/{ticketId}/notes', description: 'List the notes of a ticket.' },
  },
  {
    ...{ name: 'list_all_kaseya_bms_hardwareasset_searchselects', method: 'GET' },
    path: '/v2/servicedesk/hardwareasset/searchselect',
    description: 'Search hardware assets.',
    query: ['Filter.AssetName', 'Filter.AccountId', 'Filter.ContactId', 'Filter.IsActive', ...paging],
  },
  {
    ...{ name: 'get_single_kaseya_bms_servicedesk_hardwareasset_by_id', method: 'GET' },
    ...{ path: '/v2/servicedesk/hardwareasset/{assetId}', description: 'Get one hardware asset with its volumes.' },
  },
  {
    ...{ name: 'create_a_kaseya_bms_rmm_ticket', method: 'POST', body: 'array' },
    ...{ path: '/v2/rmm/{integrationType}/tickets', description: 'Create RMM tickets. Returns a job id.' },
  },
  {
    ...{ name: 'create_a_kaseya_bms_tickets_resolve', method: 'POST', body: 'array' },
    path: '/v2/rmm/{integrationType}/tickets/resolve',
    description: 'Resolve RMM tickets: an array of TransactionId, AlertRefId, ResolutionNote. Returns a job id.',
  },
  {
    ...{ name: 'list_all_kaseya_bms_tickets_status', method: 'GET' },
    path: '/v2/rmm/{integrationType}/tickets/status/{jobId}',
    description: 'Get the status of an RMM ticket job.',
  },
  {
    ...{ name: 'update_a_kaseya_bms_assets_deactivate_by_id', method: 'PUT', body: 'array' },
    path: '/v2/rmm/{integrationType}/assets/deactivate',
    description: 'Deactivate RMM assets: an array of TransactionId, AssetId. Returns a job id.',
  },
  {
    ...{ name: 'create_a_kaseya_bms_resolve', method: 'POST', body: 'object' },
    ...{ path: '/v2/servicedesk/tickets/{ticketId}/resolve', description: 'Resolve a ticket.' },
  },
  {
    ...{ name: 'create_a_kaseya_bms_assignticket', method: 'POST', body: 'object' },
    path: '/v2/servicedesk/tickets/{ticketId}/assignticket',
    description: 'Assign a ticket to a queue or a person, by ids.',
  },
  lookup('priorities'),
  lookup('queues'),
  lookup('statuses'),
];

/** Not of BMS: the recipe starts its clean-up through "a generic webhook". */
export const webhookTool = {
  name: 'trigger_remediation_webhook',
  description: 'Trigger the remediation script on a device.',
  parameters: {
    type: 'object',
    properties: { device: { type: 'string' }, action: { type: 'string' } },
    required: ['device', 'action'],
  },
};

function lookup(kind: string): RawTool {
  const name = `list_all_kaseya_bms_${kind}_lookups`;
  return { name, method: 'GET', path: `/v2/system/${kind}/lookup`, description: `List ${kind} with their ids.` };
}

export const placeholdersOf = ({ path }: RawTool) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

/** The tool's JSON Schema, such as one generated from Kaseya's description would be. */
export function parametersOf(tool: RawTool) {
  const names = placeholdersOf(tool);
  const scalars = [...names, ...(tool.query ?? [])].map((name) => [name, { type: ['string', 'integer'] }]);
  const properties = Object.fromEntries(scalars);
  return {
    type: 'object',
    properties: tool.body ? { ...properties, body: { type: tool.body } } : properties,
    required: tool.body ? [...names, 'body'] : names,
  };
}
