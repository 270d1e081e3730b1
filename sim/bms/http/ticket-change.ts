import type { z } from 'zod';
import { caseless, date, filledText, int } from '../fields.ts';
import { fileTicket } from '../file-ticket.ts';
import { checkReferences, ownedBy, type ReferenceCheck, subTypesOf } from '../references.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { setAssignee, setPriority, setQueue, setStatus, type Ticket, touch } from '../ticket.ts';
import type { Call } from './route.ts';

/** What of a ticket may be replaced. */
export const patchShape = {
  ...{ Title: filledText.optional(), Details: filledText.optional(), DueDate: date.nullish() },
  ...{ StatusId: int.optional(), PriorityId: int.optional(), TypeId: int.optional(), LocationId: int.optional() },
  ...{ QueueId: int.optional(), AssigneeId: int.nullish(), IssueTypeId: int.nullish() },
  ...{ ContactId: int.nullish(), HardwareAssetId: int.nullish(), SourceId: int.optional() },
  ...{ SubIssueTypeId: int.nullish(), ContractId: int.nullish(), WorkTypeId: int.nullish(), SLAId: int.nullish() },
};
export const patchSchema = caseless(patchShape);
export type Patch = z.infer<typeof patchSchema>;

/** Changes what the patch names, or throws before anything changes. */
export function applyPatch({ world, act }: Pick<Call, 'world' | 'act'>, ticket: Ticket, patch: Patch): void {
  const { tenant } = world;
  const check = checkReferences();
  const { status, queue, priority, type, source, assignee } = findShared(check, tenant, patch);
  checkOwned(check, tenant, ticket, patch);
  check.all({});
  if (status) setStatus(ticket, status, act);
  if (queue) setQueue(ticket, queue, act);
  if (priority) setPriority(ticket, priority, act);
  if (patch.AssigneeId !== undefined) setAssignee(ticket, assignee, act);
  ticket.type = type ?? ticket.type;
  ticket.source = source ?? ticket.source;
  replaceFields(ticket, patch);
  fileTicket(world, ticket);
  touch(ticket, act);
}

/** What holds for every ticket of the tenant alike. `nameOf` gives the name under which a field was sent. */
export function findShared(check: ReferenceCheck, tenant: Tenant, patch: Patch, nameOf = (field: string) => field) {
  check.find('IssueTypeId', tenant.issueTypes, patch.IssueTypeId);
  check.find('WorkTypeId', tenant.workTypes, patch.WorkTypeId);
  check.find('SLAId', tenant.slas, patch.SLAId);
  return {
    status: check.find('StatusId', tenant.statuses, patch.StatusId),
    queue: check.find('QueueId', tenant.queues, patch.QueueId),
    priority: check.find('PriorityId', tenant.priorities, patch.PriorityId),
    type: check.find(nameOf('TypeId'), tenant.ticketTypes, patch.TypeId),
    source: check.find(nameOf('SourceId'), tenant.sources, patch.SourceId),
    assignee: check.find('AssigneeId', tenant.employees, patch.AssigneeId),
  };
}

/** What must be the account's own, or below the ticket's issue type. */
function checkOwned(check: ReferenceCheck, tenant: Tenant, ticket: Ticket, patch: Patch): void {
  const owned = ownedBy(tenant, ticket.accountId);
  const issueTypeId = patch.IssueTypeId === undefined ? ticket.issueTypeId : patch.IssueTypeId;
  check.find('SubIssueTypeId', subTypesOf(tenant, issueTypeId), patch.SubIssueTypeId);
  check.find('ContractId', owned.contracts, patch.ContractId);
  check.find('LocationId', owned.locations, patch.LocationId);
  check.find('ContactId', owned.contacts, patch.ContactId);
  check.find('HardwareAssetId', owned.assets, patch.HardwareAssetId);
}

/** Null empties a field, absence leaves it as it is. */
function replaceFields(ticket: Ticket, patch: Patch): void {
  const isOtherIssue = patch.IssueTypeId !== undefined && patch.IssueTypeId !== ticket.issueTypeId;
  // A subtype of the old issue type means nothing below the new one.
  const subIssueTypeId = isOtherIssue ? (patch.SubIssueTypeId ?? null) : patch.SubIssueTypeId;
  const dueDate = patch.DueDate && new Date(patch.DueDate).toISOString();
  const changes: Partial<Ticket> = given({
    ...{ title: patch.Title, details: patch.Details, locationId: patch.LocationId, dueDate },
    ...{ issueTypeId: patch.IssueTypeId, subIssueTypeId, contractId: patch.ContractId, workTypeId: patch.WorkTypeId },
    ...{ slaId: patch.SLAId, contactId: patch.ContactId, assetId: patch.HardwareAssetId },
  });
  Object.assign(ticket, changes);
}

const given = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
