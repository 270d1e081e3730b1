import { z } from 'zod';
import { caseless, date, filledText, int, readFields, text } from '../fields.ts';
import { checkReferences, ownedBy, subTypesOf } from '../references.ts';
import { byId } from '../tenant/tenant.ts';
import { setAssignee, setQueue, setStatus, type Ticket, touch } from '../ticket.ts';
import { audit } from '../ticket-extras.ts';
import { errorCodes, ok, Refusal } from '../wire.ts';
import type { Call, Route } from './route.ts';
import { recordTicketEffect, ticketOf } from './ticket-of.ts';
import { ticketView } from './ticket-view.ts';

const operationsSchema = z.array(caseless({ op: text, path: text, value: z.unknown() }));

/** What may be replaced. */
const shape = {
  ...{ Title: filledText.optional(), Details: filledText.optional(), DueDate: date.nullish() },
  ...{ StatusId: int.optional(), PriorityId: int.optional(), TypeId: int.optional(), LocationId: int.optional() },
  ...{ QueueId: int.optional(), AssigneeId: int.nullish(), IssueTypeId: int.nullish() },
  ...{ ContactId: int.nullish(), HardwareAssetId: int.nullish(), SourceId: int.optional() },
  ...{ SubIssueTypeId: int.nullish(), ContractId: int.nullish(), WorkTypeId: int.nullish(), SLAId: int.nullish() },
};
const patchSchema = caseless(shape);
export type Patch = z.infer<typeof patchSchema>;

/** JSON Patch, of which BMS is known to take `replace` on single fields. All of it is checked before any is done. */
export const patchRoute: Route = {
  method: 'PATCH',
  template: '/v2/servicedesk/tickets/{ticketId}',
  handle(call) {
    const ticket = ticketOf(call);
    const patch = readPatch(call.body);
    applyPatch(call, ticket, patch);
    recordTicketEffect(call, ticket);
    return ok(ticketView(call.tenant, ticket));
  },
};

function readPatch(body: unknown): Patch {
  const known = new Set(Object.keys(shape).map((name) => name.toLowerCase()));
  const entries = readFields(operationsSchema, body).map(({ op, path, value }): [string, unknown] => {
    const name = path.replace(/^\//, '');
    if (op.toLowerCase() !== 'replace') throw unsupported(`op "${op}" is not supported: only replace is`);
    if (!known.has(name.toLowerCase())) throw unsupported(`path "${path}" cannot be replaced`);
    return [name, value];
  });
  if (entries.length === 0) throw unsupported('the patch holds no operation');
  return readFields(patchSchema, Object.fromEntries(entries));
}

const unsupported = (subError: string) =>
  new Refusal(400, errorCodes.unsupported, 'The patch cannot be applied', [subError]);

/** Changes what the patch names, or throws before anything changes. */
export function applyPatch({ tenant, act }: Pick<Call, 'tenant' | 'act'>, ticket: Ticket, patch: Patch): void {
  const check = checkReferences();
  const owned = ownedBy(tenant, ticket.accountId);
  const status = check.find('StatusId', tenant.statuses, patch.StatusId);
  const priority = check.find('PriorityId', tenant.priorities, patch.PriorityId);
  const type = check.find('TypeId', tenant.ticketTypes, patch.TypeId);
  const queue = check.find('QueueId', tenant.queues, patch.QueueId);
  const source = check.find('SourceId', tenant.sources, patch.SourceId);
  const issueTypeId = patch.IssueTypeId === undefined ? ticket.issueTypeId : patch.IssueTypeId;
  check.find('SubIssueTypeId', subTypesOf(tenant, issueTypeId), patch.SubIssueTypeId);
  check.find('ContractId', owned.contracts, patch.ContractId);
  check.find('WorkTypeId', tenant.workTypes, patch.WorkTypeId);
  check.find('SLAId', tenant.slas, patch.SLAId);
  check.find('LocationId', owned.locations, patch.LocationId);
  check.find('AssigneeId', tenant.employees, patch.AssigneeId);
  check.find('IssueTypeId', tenant.issueTypes, patch.IssueTypeId);
  check.find('ContactId', owned.contacts, patch.ContactId);
  check.find('HardwareAssetId', owned.assets, patch.HardwareAssetId);
  check.all({});
  if (status) setStatus(ticket, status, act);
  if (queue) setQueue(ticket, queue, act);
  if (priority) {
    audit(ticket, act, 'Priority changed', `${ticket.priority.name} → ${priority.name}`);
    ticket.priority = priority;
    ticket.lastPriorityUpdate = act.at;
  }
  if (type) ticket.type = type;
  if (source) ticket.source = source;
  ticket.title = patch.Title ?? ticket.title;
  ticket.details = patch.Details ?? ticket.details;
  ticket.locationId = patch.LocationId ?? ticket.locationId;
  // Null empties these, absence leaves them as they are.
  if (patch.AssigneeId !== undefined) setAssignee(ticket, byId(tenant.employees, patch.AssigneeId) ?? null, act);
  if (patch.IssueTypeId !== undefined) {
    // A subtype of the old issue type means nothing below the new one.
    if (patch.IssueTypeId !== ticket.issueTypeId) ticket.subIssueTypeId = null;
    ticket.issueTypeId = patch.IssueTypeId;
  }
  if (patch.SubIssueTypeId !== undefined) ticket.subIssueTypeId = patch.SubIssueTypeId;
  if (patch.ContractId !== undefined) ticket.contractId = patch.ContractId;
  if (patch.WorkTypeId !== undefined) ticket.workTypeId = patch.WorkTypeId;
  if (patch.SLAId !== undefined) ticket.slaId = patch.SLAId;
  if (patch.ContactId !== undefined) ticket.contactId = patch.ContactId;
  if (patch.HardwareAssetId !== undefined) ticket.assetId = patch.HardwareAssetId;
  if (patch.DueDate !== undefined) ticket.dueDate = patch.DueDate && new Date(patch.DueDate).toISOString();
  touch(ticket, act);
}
