import { mainOf } from './tenant/assets.ts';
import type { Server } from './tenant/servers.ts';
import { named, type Tenant } from './tenant/tenant.ts';
import { addNote, createTicket, type Sequence, type Ticket, type TicketDraft } from './ticket.ts';

const minute = 60_000;

/** The tickets that the tenant has from the start: those of its RMM, and a few that people opened. */
export function seedTickets(tenant: Tenant, servers: readonly Server[], sequence: Sequence, now: number): Ticket[] {
  const ago = (minutes: number) => new Date(now - minutes * minute).toISOString();
  const alerts = servers.map((server, index) => {
    // The oldest first, the last of them a few minutes old; two days at most.
    const at = ago(Math.min(5 + (servers.length - index) * 3, 2880));
    return createTicket(alertDraft(tenant, server), sequence, { by: tenant.rmmUser, at });
  });
  return [...peopleTickets(tenant, sequence, ago), ...alerts];
}

function alertDraft(tenant: Tenant, { account, asset, alertRefId }: Server): TicketDraft {
  return {
    title: `Disk Usage - C: over 90% on ${asset.name}`,
    details: `Monitor "Disk Usage" on ${asset.name}: drive C: is over its limit of 90 %.`,
    alertRefId,
    accountId: account.id,
    locationId: mainOf(account),
    assetId: asset.id,
    ...rmmDefaults(tenant),
  };
}

/** What a tenant's RMM settings say of each ticket that the RMM opens. */
export function rmmDefaults(tenant: Tenant): Pick<TicketDraft, 'status' | 'priority' | 'queue' | 'type' | 'source'> {
  return {
    status: named(tenant.statuses, 'New'),
    priority: named(tenant.priorities, 'Medium'),
    queue: named(tenant.queues, 'Service Desk'),
    type: named(tenant.ticketTypes, 'Alert'),
    source: named(tenant.sources, 'RMM Alert'),
  };
}

interface Outline {
  account: string;
  contact: string;
  title: string;
  details: string;
  priority: string;
  source: string;
  status: string;
  asset?: string;
  minutesAgo: number;
  notes: [author: string, details: string][];
}

const outlines: Outline[] = [
  {
    ...{ account: 'Northgate Legal LLP', contact: 'Priya Raman', priority: 'High', source: 'Phone' },
    ...{ status: 'In Progress', asset: 'NGL-LT01', minutesAgo: 400 },
    title: 'VIP: mail on the managing director’s laptop stops syncing',
    details: 'Priya Raman (managing partner, VIP) gets no new mail since this morning.',
    notes: [
      ['Dana Whitfield', 'Called Priya; profile repair started.'],
      ['Tom Okafor', 'Repair finished, mail still late. Asked for a mailbox trace.'],
      ['Ines Marchetti', 'Trace shows a throttled connector. Handle with care: court deadline tomorrow.'],
    ],
  },
  {
    ...{ account: 'Example Dental Ltd', contact: 'Olivia Grant', priority: 'Low', source: 'Email' },
    ...{ status: 'New', asset: 'EXD-PRN01', minutesAgo: 150, notes: [] },
    title: 'Printer at reception prints blank pages',
    details: 'The printer EXD-PRN01 prints blank pages since the toner was changed.',
  },
  {
    ...{ account: 'Harbour Logistics', contact: 'Leila Haddad', priority: 'Medium', source: 'Portal' },
    ...{ status: 'Closed', minutesAgo: 3000, notes: [['Tom Okafor', 'Password reset, confirmed by phone.']] },
    title: 'Password reset for the night shift',
    details: 'The night shift’s shared account is locked.',
  },
];

function peopleTickets(tenant: Tenant, sequence: Sequence, ago: (minutes: number) => string): Ticket[] {
  return outlines.map(({ title, details, asset, minutesAgo, notes, ...names }) => {
    const account = named(tenant.accounts, names.account);
    const draft = {
      ...{ title, details, accountId: account.id, locationId: mainOf(account) },
      contactId: named(account.contacts, names.contact).id,
      assetId: asset === undefined ? null : named([...tenant.assets.values()], asset).id,
      status: named(tenant.statuses, names.status),
      priority: named(tenant.priorities, names.priority),
      queue: named(tenant.queues, 'Service Desk'),
      type: named(tenant.ticketTypes, 'Service Request'),
      source: named(tenant.sources, names.source),
    };
    const dispatcher = named(tenant.employees, 'Dana Whitfield');
    const ticket = createTicket(draft, sequence, { by: dispatcher, at: ago(minutesAgo) });
    notes.forEach(([author, text], index) => {
      const note = { id: sequence.noteId(), details: text, isInternal: true, type: generalNote(tenant) };
      addNote(ticket, note, { by: named(tenant.employees, author), at: ago(minutesAgo - 20 * (index + 1)) });
    });
    return ticket;
  });
}

export const generalNote = (tenant: Tenant) => named(tenant.noteTypes, 'General Note');
