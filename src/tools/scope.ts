import { z } from 'zod';
import type { Scope } from '../domain/journal.ts';
import type { RunState } from '../domain/run-state.ts';
import { type Refusal, refuse, type ToolContext } from './tool.ts';

/** What ids can be of. A read returns them under the kind's name: `tickets: [{id}]`, or `ticket: {id}` for one. */
export type Kind = 'tickets' | 'assets' | 'contacts';

const withId = z.object({ id: z.number().int() });

/**
 * The ids of a kind that reads of this run returned. All reads are confined to the run's account, so these ids are
 * too. An id that only the model named is never among them.
 */
export function idsRead(kind: Kind, state: RunState): Set<number> {
  const one = kind.slice(0, -1);
  const shape = z.object({ [kind]: z.array(withId).optional(), [one]: withId.optional() });
  const ids = [...state.calls.values()].flatMap(({ result }) => {
    const read = result?.kind === 'read' ? shape.safeParse(result.data).data : undefined;
    return [read?.[kind] ?? [], read?.[one] ?? []].flat().map(({ id }) => id);
  });
  return new Set(ids);
}

const withAlert = z.object({ ticket: z.object({ id: z.number().int(), alertRefId: z.string() }) });

/** The alert ids that single reads of tickets returned, each with its ticket's id. */
export function alertRefsRead(state: RunState): Map<string, number> {
  const reads = [...state.calls.values()].flatMap(({ result }) =>
    result?.kind === 'read' ? (withAlert.safeParse(result.data).data ?? []) : [],
  );
  return new Map(reads.map(({ ticket }) => [ticket.alertRefId, ticket.id]));
}

const ownTickets = (scope: Scope) => [...(scope.ticket ? [scope.ticket] : []), ...scope.otherTickets];

/** Tickets that writes and jobs of this run opened or touched. */
const ticketsWritten = (state: RunState) =>
  [...state.calls.values()].flatMap(({ result }) =>
    result?.kind === 'write' || result?.kind === 'job' ? (result.ticket ?? []) : [],
  );

/** Every read and write needs to know whose alert or task this is. */
export function withoutAccount(scope: Scope): Refusal | null {
  if (scope.account) return null;
  return refuse(
    'no_scope',
    `the account that this run is about is not known (${scope.reason ?? 'no reason recorded'}): conclude "escalated"`,
  );
}

type Run = Pick<ToolContext, 'state' | 'scope'>;

/** May the run read this ticket? Only one that it was shown. */
export function unknownTicket(ticketId: number, { state, scope }: Run): Refusal | null {
  const shown = [...ownTickets(scope), ...ticketsWritten(state)].some(({ id }) => id === ticketId);
  if (shown || idsRead('tickets', state).has(ticketId)) return null;
  return refuse('out_of_scope', `ticket id ${ticketId} was not returned by any read of this run: list tickets first`);
}

/**
 * May the run write to this ticket? An alert's run to those on the alert's own asset, a person's task to any of its
 * account that a read of this run returned; both to those that they opened.
 */
export function foreignTicket(ticketId: number, run: Run): Refusal | null {
  const { state, scope } = run;
  if (state.subject.kind === 'task') return unknownTicket(ticketId, run);
  const own = [...ownTickets(scope), ...ticketsWritten(state)];
  if (own.some(({ id }) => id === ticketId)) return null;
  const choice = own.map((ticket) => `${ticket.id} (${ticket.number})`).join(', ') || 'none';
  return refuse('out_of_scope', `ticket id ${ticketId} is not a ticket of this alert; its tickets: ${choice}`);
}

/**
 * Some statuses close a ticket, and BMS does not say which: an alert's ticket is closed by the resolve call, whose success
 * is verified, and by nothing else.
 */
export function unverifiedClose(status: string | number | null, { state }: Run): Refusal | null {
  if (status === null || state.subject.kind === 'task') return null;
  return refuse('unverified_close', "the status of an alert's ticket changes only when it is resolved: leave it null");
}

/** May the run read this asset, or write to it? */
export function unknownAsset(assetId: number, { state, scope }: Run): Refusal | null {
  if (scope.asset?.id === assetId || idsRead('assets', state).has(assetId)) return null;
  return refuse('out_of_scope', `asset id ${assetId} was not returned by any read of this run: search assets first`);
}
