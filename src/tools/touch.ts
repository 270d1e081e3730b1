import { isTransient, UpstreamError } from '../domain/errors.ts';
import type { EntryBody } from '../domain/journal.ts';
import type { RunState } from '../domain/run-state.ts';
import type { Tickets } from '../kaseya/tickets.ts';
import { isOurs } from './marker.ts';
import type { ToolContext } from './tool.ts';

/** What is read to find out. */
export type TouchReads = Pick<Tickets, 'get' | 'activities'>;

export interface TouchDeps {
  /** Reads of a ticket as it is now. */
  touchReads: TouchReads;
  /** For how long the run's own look at its ticket is good enough to write upon, ms; 0: never. */
  freshMs: number;
  now(): number;
}

type Touched = Extract<EntryBody, { type: 'person_touched' }>;

/** The writes that a ticket may still get after a person has taken it up. */
const comments = new Set(['create_a_kaseya_bms_servicedesk_ticket_note']);

export const isComment = (tool: string): boolean => comments.has(tool);

/** The ticket that prepared arguments are about; null for writes about something else. */
export function ticketIn(args: unknown): number | null {
  if (typeof args !== 'object' || args === null || !('ticketId' in args)) return null;
  return typeof args.ticketId === 'number' ? args.ticketId : null;
}

/**
 * Has someone other than this service changed the ticket since the run looked at it? No read when that was a moment
 * ago; else one, and a second only when it has changed. All times of changes are BMS's own. Where BMS does not tell who
 * changed a ticket, a repeat that the RMM counted and a write of this run are taken for the reason; anything else for a
 * person.
 */
export async function findTouch(
  ticketId: number,
  { scope, state }: ToolContext,
  { touchReads: tickets, freshMs: lookMs, now }: TouchDeps,
): Promise<Touched | null> {
  const seen = [scope.ticket, ...scope.otherTickets].find((ticket) => ticket?.id === ticketId);
  if (!seen?.modifiedOn || isWithin(lookMs, seen.readAt, now())) return null;
  const since = seen.modifiedOn;
  const ticket = await tickets.get(ticketId);
  if (!ticket.modifiedOn || ticket.modifiedOn === since) return null;
  const { rows } = await tickets.activities(ticketId);
  const news = rows.filter(({ createdOn }) => createdOn != null && createdOn > since);
  const others = news.find(({ notes, internalNotes }) => !isOurs(`${notes}\n${internalNotes}`));
  const about = { type: 'person_touched', ticketId } as const;
  if (others) {
    const { activityType, createdByName, createdOn } = others;
    return { ...about, what: activityType ?? 'activity', by: createdByName ?? 'someone', at: createdOn ?? '' };
  }
  const counted = scope.ticket?.id === ticketId && ticket.occurrenceCount !== scope.ticket.occurrences;
  if (counted || news.length > 0 || hasWrittenTo(ticketId, state)) return null;
  return { ...about, what: 'edit', by: 'someone', at: ticket.modifiedOn };
}

/** A time ahead of our clock, another worker's, proves nothing. */
function isWithin(lookMs: number, readAt: string | null | undefined, now: number): boolean {
  const ageMs = readAt == null ? lookMs : now - Date.parse(readAt);
  return ageMs >= 0 && ageMs < lookMs;
}

const hasWrittenTo = (ticketId: number, state: RunState): boolean =>
  [...state.calls.values()].some(({ intent }) => intent !== null && ticketIn(intent.args) === ticketId);

/** As `findTouch`; a ticket that cannot be read for good is left to the write itself to complain about. */
export const touchOf = (...ask: Parameters<typeof findTouch>): Promise<Touched | null> =>
  findTouch(...ask).catch((error: unknown) => {
    if (error instanceof UpstreamError && !isTransient(error)) return null;
    throw error;
  });
