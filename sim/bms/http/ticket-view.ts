import { subTypesOf } from '../references.ts';
import { byId } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Note, Ticket } from '../ticket.ts';

/** What `TicketListDto` and `TicketOutputDto` share. */
function commonView(tenant: Tenant, ticket: Ticket) {
  const account = byId(tenant.accounts, ticket.accountId);
  const { status, priority, queue, type } = ticket;
  return {
    ...{ id: ticket.id, ticketNumber: ticket.ticketNumber, title: ticket.title, details: ticket.details },
    ...{ accountId: ticket.accountId, accountCode: account?.code ?? null, accountName: account?.name ?? null },
    ...{ locationId: ticket.locationId, locationName: byId(account?.locations ?? [], ticket.locationId)?.name ?? null },
    ...{ contactId: ticket.contactId, contactName: byId(account?.contacts ?? [], ticket.contactId)?.name ?? null },
    ...{ statusId: status.id, statusName: status.name, statusColor: status.color, statusOrder: status.order },
    ...{ priorityId: priority.id, priorityName: priority.name, priorityColor: priority.color },
    ...{ queueId: queue?.id ?? null, queueName: queue?.name ?? null, typeId: type.id, typeName: type.name },
    ...{ issueTypeId: ticket.issueTypeId, issueTypeName: byId(tenant.issueTypes, ticket.issueTypeId)?.name ?? null },
    ...{ subIssueTypeId: ticket.subIssueTypeId, subIssueTypeName: subIssueTypeOf(tenant, ticket)?.name ?? null },
    ...{ contractId: ticket.contractId, contractName: byId(account?.contracts ?? [], ticket.contractId)?.name ?? null },
    ...{ workTypeId: ticket.workTypeId, workTypeName: byId(tenant.workTypes, ticket.workTypeId)?.name ?? null },
    ...{ slaId: ticket.slaId, slaName: byId(tenant.slas, ticket.slaId)?.name ?? null },
    ...{ assigneeId: ticket.assigneeId, assigneeName: byId(tenant.employees, ticket.assigneeId)?.name ?? null },
    ...{ sourceId: ticket.source.id, isScheduled: 0, openDate: ticket.openDate, dueDate: ticket.dueDate },
    ...{ completedDate: ticket.completedDate, reOpenedDate: ticket.reOpenedDate },
    ...{ createdOn: ticket.createdOn, createdBy: ticket.createdBy.id, createdByName: ticket.createdBy.name },
    ...{ modifiedOn: ticket.modifiedOn, modifiedBy: ticket.modifiedBy.id },
    ...{ lastActivityUpdate: ticket.lastActivityUpdate, lastStatusUpdate: ticket.lastStatusUpdate },
    ...{ lastPriorityUpdate: ticket.lastPriorityUpdate, lastQueueUpdate: ticket.lastQueueUpdate },
  };
}

/** `TicketListDto`: lists do not say which alert a ticket is for. */
export function ticketRow(tenant: Tenant, ticket: Ticket) {
  const asset = assetOf(tenant, ticket);
  return {
    ...commonView(tenant, ticket),
    tenantName: tenant.name,
    // Not nullable in Kaseya's description, unlike in TicketOutputDto.
    ...{ hardwareAssetId: asset?.id ?? 0, hardwareAssetName: asset?.name ?? null },
  };
}

/** `TicketOutputDto`. */
export function ticketView(tenant: Tenant, ticket: Ticket) {
  const asset = assetOf(tenant, ticket);
  const account = byId(tenant.accounts, ticket.accountId);
  const contact = byId(account?.contacts ?? [], ticket.contactId);
  return {
    ...commonView(tenant, ticket),
    ...{ tenantId: tenant.id, sourceName: ticket.source.name },
    locationPhone: byId(account?.locations ?? [], ticket.locationId)?.phone ?? null,
    ...{ contactPhone: contact?.phone ?? null, contactEmail: contact?.email ?? null },
    ...{ hardwareAssetId: asset?.id ?? null, hardwareAssetName: asset?.name ?? null },
    ...{ vsaAssetId: null, hasVsaAgent: 0, cCs: [], secondaryAssignees: [] },
    ...{ occurrenceCount: ticket.occurrenceCount, lastOccurrenceDate: ticket.lastOccurrenceDate },
    rmmTicketReference: ticket.alertRefId,
    integrationTypeId: ticket.alertRefId === null ? null : tenant.integrationTypeId,
    totalTimeSpent: ticket.timeLogs.reduce((sum, { hours }) => sum + hours, 0),
    ...{ hasPostedEntries: false, isReadOnly: false, openDateLocked: false },
  };
}

const subIssueTypeOf = (tenant: Tenant, { issueTypeId, subIssueTypeId }: Ticket) =>
  byId(subTypesOf(tenant, issueTypeId), subIssueTypeId);

const assetOf = (tenant: Tenant, { assetId }: Ticket) => (assetId === null ? undefined : tenant.assets.get(assetId));

/** `TicketNoteOutputDto`. */
export function noteView({ id, details, isInternal, type, createdBy, createdOn }: Note) {
  return {
    ...{ id, details, isInternal, typeId: type.id, typeName: type.name, createdOn, modifiedOn: null },
    ...{ createdBy: createdBy.id, createdByName: createdBy.name, createdByEmail: createdBy.email, attachments: [] },
  };
}
