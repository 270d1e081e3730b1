import { isTransient, UpstreamError } from '../domain/errors.ts';
import type { EntryBody } from '../domain/journal.ts';
import type { RunState } from '../domain/run-state.ts';
import type { Tickets } from '../kaseya/tickets.ts';
import { isComment } from './facts.ts';
import { isOurs } from './marker.ts';
import type { ToolContext } from './tool.ts';

/** The reads by which a touch is found. */
export type TouchReads = Pick<Tickets, 'get' | 'activities'>;

export interface TouchDeps {
  /** Reads of a ticket as it is now. */
  touchReads: TouchReads;
  /** For how long the run's own read of its ticket is fresh enough to write upon, ms; 0: never. */
  freshMs: number;
  now(): number;
}

type Touched = Extract<EntryBody, { type: 'person_touched' }>;

/** The ticket that prepared arguments are about; null for writes about something else. */
export function ticketIn(args: unknown): number | null {
  if (typeof args !== 'object' || args === null || !('ticketId' in args)) return null;
  return typeof args.ticketId === 'number' ? args.ticketId : null;
}

/**
 * Has anyone but this service changed the ticket since the run read it? A fresh read is trusted; else the ticket is read
 * again, and its activities only if it has changed. Tickets outside the scope are not checked. All times of changes are BMS's own. Where BMS does not show
 * who changed a ticket, a repeat that the RMM counted and a write of this run explain the change; without either, a person
 * is assumed.
 */
export async function findTouch(
  ticketId: number,
  { scope, state }: Pick<ToolContext, 'scope' | 'state'>,
  { touchReads: tickets, freshMs, now }: TouchDeps,
): Promise<Touched | null> {
  const seen = [scope.ticket, ...scope.otherTickets].find((ticket) => ticket?.id === ticketId);
  if (!seen?.modifiedOn || isFresh(seen.readAt, now(), freshMs)) return null;
  const since = seen.modifiedOn;
  const ticket = await tickets.get(ticketId);
  if (!ticket.modifiedOn || ticket.modifiedOn === since) return null;
  const { rows } = await tickets.activities(ticketId);
  const added = rows.filter(({ createdOn }) => createdOn != null && createdOn > since);
  const others = added.find(({ notes, internalNotes }) => !isOurs(`${notes}\n${internalNotes}`));
  const about = { type: 'person_touched', ticketId } as const;
  if (others) {
    const { activityType, createdByName, createdOn } = others;
    return { ...about, what: activityType ?? 'activity', by: createdByName ?? 'someone', at: createdOn ?? '' };
  }
  const counted = scope.ticket?.id === ticketId && ticket.occurrenceCount !== scope.ticket.occurrences;
  if (counted || added.length > 0 || hasWrittenTo(ticketId, state)) return null;
  return { ...about, what: 'edit', by: 'someone', at: ticket.modifiedOn };
}

/** A time ahead of our clock, another worker's, proves nothing. */
function isFresh(readAt: string | null | undefined, now: number, freshMs: number): boolean {
  const ageMs = readAt == null ? freshMs : now - Date.parse(readAt);
  return ageMs >= 0 && ageMs < freshMs;
}

const hasWrittenTo = (ticketId: number, state: RunState): boolean =>
  [...state.calls.values()].some(({ intent }) => intent !== null && ticketIn(intent.args) === ticketId);

/** As `findTouch`. A ticket that cannot be read for good raises no objection here: the write itself will fail on it. */
const touchOf = (...query: Parameters<typeof findTouch>): Promise<Touched | null> =>
  findTouch(...query).catch((error: unknown) => {
    if (error instanceof UpstreamError && !isTransient(error)) return null;
    throw error;
  });

/**
 * Why a person's touch forbids this write; null when it does not, or when the write is a comment. A touch is journaled when
 * it is first seen, and holds for the rest of the run.
 */
export async function objectionByTouch(
  args: unknown,
  tool: string,
  context: ToolContext,
  deps: TouchDeps & { append(body: EntryBody): Promise<void> },
): Promise<string | null> {
  const ticketId = ticketIn(args);
  if (ticketId === null || isComment(tool)) return null;
  const known = context.state.touched.get(ticketId);
  const touched = known ?? (await touchOf(ticketId, context, deps));
  if (!touched) return null;
  if (!known) await deps.append(touched);
  const { by, what, at } = touched;
  return `${by} has taken up ticket ${ticketId} (${what}, ${at}): only notes may be added to it`;
}
