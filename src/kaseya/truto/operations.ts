import { z } from 'zod';

const targetSchema = z
  .strictObject({
    /** As Truto's tools endpoint names it. */
    resource: z.string().min(1),
    /** `list`, `get`, `create`, `update`, or the name of a method of the integration's own. */
    method: z.string().min(1),
    /** The placeholder in our path that becomes Truto's path id. */
    id: z.string().min(1).optional(),
    /** A `list` that answers with one object. */
    single: z.boolean().optional(),
  })
  .refine(({ method, id }) => id !== undefined || (method !== 'get' && method !== 'update'), {
    path: ['id'],
    error: 'is needed with get and update: the placeholder that holds the id',
  });

/** Truto's counterpart of one of our operations. */
export type Target = z.infer<typeof targetSchema>;

/** The key `truto`. */
export const trutoSettingsSchema = z.strictObject({
  operations: z
    .record(
      z.string().regex(/^(GET|POST|PUT|PATCH) \/v2\//, 'must be METHOD /v2/path, as in docs/truto.md'),
      targetSchema,
    )
    .default({}),
});

const list = (resource: string): Target => ({ resource, method: 'list' });
const one = (resource: string): Target => ({ resource, method: 'list', single: true });
const get = (resource: string, id: string): Target => ({ resource, method: 'get', id });
const create = (resource: string): Target => ({ resource, method: 'create' });
const update = (resource: string, id: string): Target => ({ resource, method: 'update', id });

const ticket = '/v2/servicedesk/tickets/{ticketId}';
const rmm = '/v2/rmm/{integrationType}';
const asset = '/v2/servicedesk/hardwareasset';

/**
 * Our operations and their likely counterparts. Truto publishes no resource names for Kaseya BMS: these follow from
 * the fifteen tool names that its blog shows and from its naming rule. Each is checked against what the account really
 * offers, and each can be overridden (`truto.operations`).
 */
export const defaultOperations: Readonly<Record<string, Target>> = {
  'GET /v2/servicedesk/tickets': list('servicedesk_tickets'),
  'POST /v2/servicedesk/tickets': create('servicedesk_tickets'),
  [`GET ${ticket}`]: get('servicedesk_tickets', 'ticketId'),
  [`PATCH ${ticket}`]: update('servicedesk_tickets', 'ticketId'),
  [`GET ${ticket}/notes`]: list('servicedesk_ticket_notes'),
  [`POST ${ticket}/notes`]: create('servicedesk_ticket_notes'),
  [`GET ${ticket}/activities`]: list('servicedesk_ticket_activities'),
  [`GET ${ticket}/relatedalerts`]: list('servicedesk_ticket_relatedalerts'),
  [`GET ${ticket}/slainfo`]: one('servicedesk_ticket_slainfo'),
  [`GET ${ticket}/servicecallstodos`]: list('servicedesk_ticket_servicecallstodos'),
  [`POST ${ticket}/assignticket`]: create('assignticket'),
  [`POST ${ticket}/resolve`]: create('resolve'),
  [`POST ${ticket}/todos`]: create('todos'),
  [`POST ${ticket}/ticketresolution/generate`]: create('ticketresolution_generate'),
  [`POST ${ticket}/ticketsummary/generate`]: create('ticketsummary_generate'),
  'GET /v2/admin/copilot/configuration': list('copilot_configuration'),
  [`GET ${asset}/searchselect`]: list('hardwareasset_searchselect'),
  [`GET ${asset}/{assetId}`]: get('servicedesk_hardwareasset', 'assetId'),
  [`GET ${asset}/{assetId}/tickets`]: list('hardwareasset_tickets'),
  'GET /v2/system/queues/lookup': list('queues_lookup'),
  'GET /v2/system/priorities/lookup': list('priorities_lookup'),
  'GET /v2/system/statuses/lookup': list('statuses_lookup'),
  'GET /v2/system/issuetypes/lookup': list('issuetypes_lookup'),
  'GET /v2/system/lookup/{tableName}': list('system_lookup'),
  'GET /v2/hr/assignees/lookup': list('assignees_lookup'),
  'GET /v2/crm/accounts/lookup': list('accounts_lookup'),
  'GET /v2/crm/accounts/{accountId}/locations/lookup': list('locations_lookup'),
  'GET /v2/crm/accounts/{accountId}/contacts/lookup': list('contacts_lookup'),
  'GET /v2/finance/contracts/lookup': list('contracts_lookup'),
  [`POST ${rmm}/tickets`]: create('rmm_tickets'),
  [`POST ${rmm}/tickets/resolve`]: create('tickets_resolve'),
  [`GET ${rmm}/tickets/status/{jobId}`]: one('tickets_status'),
  [`PUT ${rmm}/assets/deactivate`]: update('assets_deactivate', 'integrationType'),
  [`GET ${rmm}/assets/status/{jobId}`]: one('assets_status'),
  [`GET ${rmm}/status`]: one('rmm_status'),
  'GET /v2/rmm/integrations': list('rmm_integrations'),
  'POST /v2/kaseya-one/tickets/action/notifications': create('action_notifications'),
};
