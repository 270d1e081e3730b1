import { type EffectDraft, recordEffect } from '../effects.ts';
import type { Ticket } from '../ticket.ts';
import { notFound } from '../wire.ts';
import type { Call } from './route.ts';

export function ticketOf({ world, param }: Call): Ticket {
  const wanted = param('ticketId');
  const ticket = world.tickets.get(Number(wanted));
  if (!ticket) throw notFound(`Ticket ${wanted}`);
  return ticket;
}

/** One call of the service desk family is one effect. */
export function recordTicketEffect({ world, act, operation, body }: Call, ticket: Ticket): void {
  const draft: EffectDraft = { at: act.at, operation, body, ticketId: ticket.id, alertRefId: ticket.alertRefId };
  recordEffect(world.effects, draft);
}
