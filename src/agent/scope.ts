import { z } from 'zod';
import type { RunState } from '../fold.ts';
import type { Scope } from '../journal.ts';
import { type Refusal, refuse } from './tool.ts';

const withId = z.object({ id: z.number().int() });
const readSchema = z.object({
  tickets: z.array(withId).optional(),
  ticket: withId.optional(),
  assets: z.array(withId).optional(),
});

/** The ids that reads of this run returned. All reads are confined to the run's account, so these are inside it. */
function idsRead(state: RunState): { tickets: Set<number>; assets: Set<number> } {
  const tickets = new Set<number>();
  const assets = new Set<number>();
  for (const { result } of state.calls.values()) {
    if (result?.kind !== 'read') continue;
    const { data } = readSchema.safeParse(result.data);
    for (const { id } of [...(data?.tickets ?? []), ...(data?.ticket ? [data.ticket] : [])]) tickets.add(id);
    for (const { id } of data?.assets ?? []) assets.add(id);
  }
  return { tickets, assets };
}

const ownTickets = (scope: Scope) => [...(scope.ticket ? [scope.ticket] : []), ...scope.otherTickets];

/** Every read and write needs to know whose alert this is. */
export function withoutAccount(scope: Scope): Refusal | null {
  if (scope.account) return null;
  return refuse(
    'no_scope',
    `the alert's account is not known (${scope.reason ?? 'no reason recorded'}): conclude "escalated"`,
  );
}

/** May the run read this ticket? Only one that it was shown. */
export function unknownTicket(ticketId: number, state: RunState, scope: Scope): Refusal | null {
  if (ownTickets(scope).some((ticket) => ticket.id === ticketId) || idsRead(state).tickets.has(ticketId)) return null;
  return refuse('out_of_scope', `ticket id ${ticketId} was not returned by any read of this run: list tickets first`);
}

/** May the run write to this ticket? Only to those on the alert's own asset. */
export function foreignTicket(ticketId: number, scope: Scope): Refusal | null {
  const own = ownTickets(scope);
  if (own.some((ticket) => ticket.id === ticketId)) return null;
  const choice = own.map((ticket) => `${ticket.id} (${ticket.number})`).join(', ') || 'none';
  return refuse('out_of_scope', `ticket id ${ticketId} is not a ticket of this alert; its tickets: ${choice}`);
}

export function unknownAsset(assetId: number, state: RunState, scope: Scope): Refusal | null {
  if (scope.asset?.id === assetId || idsRead(state).assets.has(assetId)) return null;
  return refuse('out_of_scope', `asset id ${assetId} was not returned by any read of this run`);
}
