import { peopleTickets } from './people-tickets.ts';
import { mainOf } from './tenant/assets.ts';
import { named } from './tenant/named.ts';
import type { Server } from './tenant/servers.ts';
import type { Tenant } from './tenant/tenant.ts';
import { createTicket, type Sequence, type Ticket, type TicketDraft } from './ticket.ts';

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
