import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import type { Location } from '../../kaseya/crm.ts';
import { allRows, maxPageSize } from '../../kaseya/page.ts';
import { resolveEntry } from '../../kaseya/resolve-entry.ts';
import type { NewTicket, Ticket } from '../../kaseya/tickets.ts';
import { named } from '../facts.ts';
import { unknownAsset, withoutAccount } from '../scope.ts';
import { defineWrite, isRefusal, type Refusal, refuse, type ToolContext } from '../tool.ts';
import { collect } from './collect.ts';
import type { ToolDeps } from './deps.ts';
import { defaultEntry, entryOf, optionalEntry } from './names.ts';
import { ownContact } from './owned.ts';
import { assetIdInput, dateInput, isoDate, longText, optionalName } from './shape.ts';
import { refOf } from './ticket-resolve.ts';

const input = z.strictObject({
  title: longText(200),
  details: longText(4000),
  queue: optionalName('name or id of the queue; a queue, an assignee, or both'),
  assignee: optionalName('name or id of the employee'),
  priority: optionalName('name or id; null takes the default'),
  status: optionalName('name or id; null takes the default'),
  issueType: optionalName('name or id'),
  location: optionalName("name or id of a location of this account; null takes the account's main one"),
  contact: optionalName('name or id of a contact of this account'),
  assetId: assetIdInput.nullable().default(null),
  dueDate: dateInput('due').nullable().default(null),
});

export const ticketCreateTools = ({ bms, defaults }: ToolDeps) => [
  defineWrite({
    name: 'create_a_kaseya_bms_servicedesk_ticket',
    description: `Opens a service desk ticket in this run's own account: to hand work to a queue or a person (a security queue, say). It pages no one. Alerts have their own tickets: for those use ${named.openRmmTicket}.`,
    input,
    outside: ({ assetId }, context) =>
      withoutAccount(context.scope) ?? (assetId === null ? null : unknownAsset(assetId, context)),
    prepare: (asked, context) => prepareTicket(asked, context, { bms, defaults }),
    async write({ details, ...ticket }, { marker }) {
      return opened(await bms.tickets.create({ ...ticket, details: `${details}\n\n${marker}` }));
    },
    async readBack({ accountId, title }, { marker }) {
      const { rows, complete } = await allRows((pageNumber) =>
        bms.tickets.list({ accountId, title, pageNumber, pageSize: maxPageSize }),
      );
      for (const row of rows.filter((candidate) => candidate.title === title)) {
        const ticket = row.details == null ? await bms.tickets.get(row.id) : row;
        if (ticket.details?.includes(marker)) return opened(ticket);
      }
      return complete ? 'absent' : 'undecidable';
    },
  }),
];

const opened = (ticket: Pick<Ticket, 'id' | 'ticketNumber'>) =>
  ({ kind: 'done', message: 'ticket opened', data: refOf(ticket), ticket: refOf(ticket) }) as const;

/** Fills in the required fields that the call leaves out: from the account, the operator's defaults, the tenant's own. */
async function prepareTicket(
  asked: z.infer<typeof input>,
  context: ToolContext,
  { bms, defaults }: Pick<ToolDeps, 'bms' | 'defaults'>,
): Promise<NewTicket | Refusal> {
  const { lookups, crm } = bms;
  const accountId = context.scope.account?.id;
  if (accountId === undefined) return refuse('no_scope', 'the account is not known');
  if (asked.queue === null && asked.assignee === null) return refuse('no_target', 'name a queue, an assignee, or both');
  const found = await collect({
    queue: () => optionalEntry('queues', asked.queue, lookups),
    assignee: () => optionalEntry('assignees', asked.assignee, lookups),
    issueType: () => optionalEntry('issueTypes', asked.issueType, lookups),
    priority: () =>
      asked.priority === null
        ? defaultEntry('priority', lookups, defaults)
        : entryOf('priorities', asked.priority, lookups),
    status: () =>
      asked.status === null ? defaultEntry('status', lookups, defaults) : entryOf('statuses', asked.status, lookups),
    type: () => defaultEntry('ticketType', lookups, defaults),
    source: () => defaultEntry('ticketSource', lookups, defaults),
    location: () => locationOf(accountId, asked.location, crm),
    contact: () => (asked.contact === null ? Promise.resolve(null) : ownContact(asked.contact, crm, context)),
  });
  if (isRefusal(found)) return found;
  return {
    title: asked.title,
    details: asked.details,
    accountId,
    locationId: found.location.id,
    statusId: found.status.id,
    priorityId: found.priority.id,
    typeId: found.type.id,
    sourceId: found.source.id,
    contactId: found.contact?.id ?? null,
    hardwareAssetId: asked.assetId,
    queueId: found.queue?.id ?? null,
    assigneeId: found.assignee?.id ?? null,
    issueTypeId: found.issueType?.id ?? null,
    dueDate: asked.dueDate === null ? null : isoDate(asked.dueDate),
  };
}

/** Locations belong to an account; every account may have one called "Main". */
async function locationOf(
  accountId: number,
  wanted: string | number | null,
  crm: Bms['crm'],
): Promise<Location | Refusal> {
  const locations = await crm.locations(accountId);
  if (wanted !== null) {
    const resolved = resolveEntry('location', wanted, locations);
    return resolved.ok ? resolved.entry : refuse('unknown_name', resolved.message);
  }
  const main = locations.filter(({ isMain }) => isMain);
  const [only] = main.length === 1 ? main : locations;
  if (only && (main.length === 1 || locations.length === 1)) return only;
  const names = locations.map(({ name }) => `"${name}"`).join(', ') || 'none';
  return refuse(
    'missing_location',
    `BMS wants a location and this account has no single main one: name one of ${names}`,
  );
}
