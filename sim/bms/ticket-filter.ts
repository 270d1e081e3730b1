import { contains, malformed, type Query, wholeNumber, wordsOf } from './query.ts';
import { subTypesOf } from './references.ts';
import { byId } from './tenant/named.ts';
import type { Tenant } from './tenant/tenant.ts';
import type { Ticket } from './ticket.ts';
import type { World } from './world.ts';

type Reader = (ticket: Ticket, tenant: Tenant) => string | number | null | undefined;

const assetName: Reader = ({ assetId }, tenant) => tenant.assets.get(assetId ?? 0)?.name;
const account: Reader = ({ accountId }, tenant) => byId(tenant.accounts, accountId)?.name;

/** Filters that match a part of a text. */
const parts: Record<string, Reader> = {
  Title: ({ title }) => title,
  Details: ({ details }) => details,
  Account: account,
  HardwareAssetName: assetName,
  AccountCode: ({ accountId }, tenant) => byId(tenant.accounts, accountId)?.code,
  AssigneeName: ({ assigneeId }, tenant) => byId(tenant.employees, assigneeId)?.name,
  CreatedByName: ({ createdBy }) => createdBy.name,
  LocationName: ({ accountId, locationId }, tenant) =>
    byId(byId(tenant.accounts, accountId)?.locations ?? [], locationId)?.name,
  ContactName: (ticket, tenant) =>
    byId(byId(tenant.accounts, ticket.accountId)?.contacts ?? [], ticket.contactId)?.name,
};

/** Filters that take one word or several with commas between, and want one of them exactly. */
const lists: Record<string, Reader> = {
  TicketNumber: ({ ticketNumber }) => ticketNumber,
  HardwareAssetId: ({ assetId }) => assetId,
  ContactId: ({ contactId }) => contactId,
  AccountLocationId: ({ locationId }) => locationId,
  AccountIds: ({ accountId }) => accountId,
  SourceIds: ({ source }) => source.id,
  OwnerIds: ({ assigneeId }) => assigneeId,
  StatusNames: ({ status }) => status.name,
  QueueNames: ({ queue }) => queue?.name,
  PriorityNames: ({ priority }) => priority.name,
  TicketTypeNames: ({ type }) => type.name,
  SubIssueTypeNames: ({ issueTypeId, subIssueTypeId }, tenant) =>
    byId(subTypesOf(tenant, issueTypeId), subIssueTypeId)?.name,
  ServiceLevelAgreementNames: ({ slaId }, tenant) => byId(tenant.slas, slaId)?.name,
  IssueTypeNames: ({ issueTypeId }, tenant) => byId(tenant.issueTypes, issueTypeId)?.name,
};

const dates: Record<string, (ticket: Ticket) => string | null> = {
  CreatedOn: ({ createdOn }) => createdOn,
  OpenDate: ({ openDate }) => openDate,
  DueDate: ({ dueDate }) => dueDate,
  CompletedDate: ({ completedDate }) => completedDate,
  LastActivityUpdate: ({ lastActivityUpdate }) => lastActivityUpdate,
  LastStatusUpdate: ({ lastStatusUpdate }) => lastStatusUpdate,
  LastPriorityUpdate: ({ lastPriorityUpdate }) => lastPriorityUpdate,
  LastQueueUpdate: ({ lastQueueUpdate }) => lastQueueUpdate,
};

/** Keeps the tickets that fit all the filters, the newest first. Filters that it does not know are ignored. */
export function filterTickets(world: World, filter: Query): Ticket[] {
  const { tenant } = world;
  const tests = [...partTests(filter, tenant), ...listTests(filter, tenant), ...dateTests(filter)];
  if (wholeNumber(filter, 'ExcludeCompleted') === 1) tests.push(({ completedDate }) => completedDate === null);
  const kept = candidatesOf(world, filter).filter((ticket) => tests.every((test) => test(ticket)));
  return kept.sort((left, right) => Date.parse(right.createdOn) - Date.parse(left.createdOn) || right.id - left.id);
}

/** The tickets to test: of thousands, those of the devices that the filter names. */
function candidatesOf({ tickets, ticketsByAsset, tenant }: World, filter: Query): Ticket[] {
  const part = filter.get('HardwareAssetName');
  if (part === undefined) return [...tickets.values()];
  const named = [...tenant.assets.values()].filter(({ name }) => contains(name, part));
  return named.flatMap(({ id }) => [...(ticketsByAsset.get(id) ?? [])]);
}

type Test = (ticket: Ticket) => boolean;

const partTests = (filter: Query, tenant: Tenant): Test[] =>
  Object.entries(parts).flatMap(([name, read]) => {
    const part = filter.get(name);
    return part === undefined ? [] : [(ticket) => contains(String(read(ticket, tenant) ?? ''), part)];
  });

const listTests = (filter: Query, tenant: Tenant): Test[] =>
  Object.entries(lists).flatMap(([name, read]) => {
    const list = filter.get(name);
    if (list === undefined) return [];
    const words = wordsOf(list);
    return [(ticket) => words.has(String(read(ticket, tenant) ?? '').toLowerCase())];
  });

const dateTests = (filter: Query): Test[] =>
  Object.entries(dates).flatMap(([name, read]) => {
    const from = instant(filter, `${name}From`) ?? -Infinity;
    const to = instant(filter, `${name}To`) ?? Infinity;
    if (from === -Infinity && to === Infinity) return [];
    return [
      (ticket) => {
        const at = Date.parse(read(ticket) ?? '');
        return from <= at && at <= to;
      },
    ];
  });

function instant(filter: Query, name: string): number | undefined {
  const value = filter.get(name);
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw malformed(`${name}: "${value}" is not a date`);
  return at;
}
