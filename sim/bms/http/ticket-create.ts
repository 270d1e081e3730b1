import { caseless, date, filledText, flag, int, readFields } from '../fields.ts';
import { fileTicket } from '../file-ticket.ts';
import { checkReferences, ownedBy, subTypesOf } from '../references.ts';
import { createTicket } from '../ticket.ts';
import { errorCodes, ok, Refusal } from '../wire.ts';
import type { Route } from './route.ts';
import { recordTicketEffect } from './ticket-of.ts';
import { ticketView } from './ticket-view.ts';

/** `TicketInputDto`, as far as this BMS keeps it. */
const inputSchema = caseless({
  ...{ Title: filledText, Details: filledText, AccountId: int, LocationId: int, StatusId: int, PriorityId: int },
  ...{ TypeId: int, SourceId: int, OpenDate: date, DueDate: date.nullish() },
  ...{ ContactId: int.nullish(), HardwareAssetId: int.nullish(), QueueId: int.nullish() },
  ...{ AssigneeId: int.nullish(), IssueTypeId: int.nullish(), SubIssueTypeId: int.nullish() },
  ...{ ContractId: int.nullish(), WorkTypeId: int.nullish(), SLAId: int.nullish(), UseDefaultContract: flag.nullish() },
});

/** No rule of the description's, but of BMS as clients have met it: a new ticket must belong to someone. */
const unowned = new Refusal(400, errorCodes.missing, 'Required fields are missing', [
  'QueueId or AssigneeId is required',
]);

export const createRoute: Route = {
  method: 'POST',
  template: '/v2/servicedesk/tickets',
  handle(call) {
    const { tenant, world, act } = call;
    const input = readFields(inputSchema, call.body);
    if (!input.QueueId && !input.AssigneeId) throw unowned;
    const check = checkReferences();
    const account = check.find('AccountId', tenant.accounts, input.AccountId);
    const owned = ownedBy(tenant, account?.id);
    const contact = check.find('ContactId', owned.contacts, input.ContactId);
    const asset = check.find('HardwareAssetId', owned.assets, input.HardwareAssetId);
    const assignee = check.find('AssigneeId', tenant.employees, input.AssigneeId);
    const issueType = check.find('IssueTypeId', tenant.issueTypes, input.IssueTypeId);
    const queue = check.find('QueueId', tenant.queues, input.QueueId);
    const contract = check.find('ContractId', owned.contracts, input.ContractId);
    const usual = input.UseDefaultContract ? owned.contracts.find(({ isDefault }) => isDefault) : undefined;
    check.find('SubIssueTypeId', subTypesOf(tenant, input.IssueTypeId), input.SubIssueTypeId);
    check.find('WorkTypeId', tenant.workTypes, input.WorkTypeId);
    check.find('SLAId', tenant.slas, input.SLAId);
    const found = check.all({
      account,
      location: check.find('LocationId', owned.locations, input.LocationId),
      status: check.find('StatusId', tenant.statuses, input.StatusId),
      priority: check.find('PriorityId', tenant.priorities, input.PriorityId),
      type: check.find('TypeId', tenant.ticketTypes, input.TypeId),
      source: check.find('SourceId', tenant.sources, input.SourceId),
    });
    const draft = {
      ...{ title: input.Title, details: input.Details, status: found.status, priority: found.priority },
      ...{ type: found.type, source: found.source, accountId: found.account.id, locationId: found.location.id },
      ...{ contactId: contact?.id ?? null, assetId: asset?.id ?? null, assigneeId: assignee?.id ?? null },
      ...{ subIssueTypeId: input.SubIssueTypeId ?? null, workTypeId: input.WorkTypeId ?? null },
      ...{ contractId: (contract ?? usual)?.id ?? null, slaId: input.SLAId ?? (contract ?? usual)?.sla.id ?? null },
      ...{ issueTypeId: issueType?.id ?? null, queue, openDate: new Date(input.OpenDate).toISOString() },
      dueDate: input.DueDate ? new Date(input.DueDate).toISOString() : null,
    };
    const ticket = createTicket(draft, world.sequence, act);
    fileTicket(world, ticket);
    recordTicketEffect(call, ticket);
    return ok(ticketView(tenant, ticket));
  },
};
