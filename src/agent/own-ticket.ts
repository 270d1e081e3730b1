import type { Alert } from '../domain/alert.ts';
import { isTransient, UpstreamError } from '../domain/errors.ts';
import type { Bms } from '../kaseya/bms.ts';
import type { Ticket, TicketRow } from '../kaseya/tickets.ts';

/** How many of the device's tickets are read one by one to find the alert's own. */
const candidateCap = 5;

/** The ticket that held an alert when BMS was last asked, and the open status that it had in the list. */
export interface TicketHint {
  ticketId: number;
  statusId: number;
}

/** Which ticket each alert was last found in. Never trusted: it only says which ticket to read first. */
export interface TicketHints {
  find(sourceId: string): Promise<TicketHint | null>;
  remember(sourceId: string, hint: TicketHint): Promise<void>;
}

export interface ReadTicketDeps {
  bms: Pick<Bms, 'tickets'>;
  hints: TicketHints;
  now(): number;
}

/** A ticket as it was read, and when the request for it was sent, ISO 8601. Null: a shared answer, which may be older. */
export interface TicketRead {
  ticket: Ticket;
  readAt: string | null;
}

/** Reads a ticket as it is now: the check whether a person has changed it may rely on this. */
export async function readNow(ticketId: number, { bms, now }: ReadTicketDeps): Promise<TicketRead> {
  const readAt = new Date(now()).toISOString();
  return { readAt, ticket: await bms.tickets.get(ticketId, { fresh: true }) };
}

/** The alert's ticket, if it is still the one that the hint names, and open as it was when it was listed. */
export async function readHinted({ sourceId, device }: Alert, deps: ReadTicketDeps): Promise<TicketRead | null> {
  const hint = await deps.hints.find(sourceId);
  if (!hint) return null;
  const found = await readNow(hint.ticketId, deps).catch((error: unknown) => {
    if (error instanceof UpstreamError && !isTransient(error)) return null;
    throw error;
  });
  if (!found) return null;
  const { rmmTicketReference, statusId, completedDate, hardwareAssetName } = found.ticket;
  const isOpen = statusId === hint.statusId && completedDate == null;
  return isOpen && rmmTicketReference === sourceId && same(hardwareAssetName, device.name) ? found : null;
}

/** Reads the device's tickets one by one: lists do not say which alert a ticket was opened for. */
export async function findOwn(
  alert: Alert,
  rows: readonly TicketRow[],
  deps: ReadTicketDeps,
): Promise<TicketRead | null> {
  const candidates = rows.slice(0, candidateCap);
  // Runs for one device read the same candidates at the same time: they may share those reads.
  const isOnly = candidates.length === 1;
  for (const { id, statusId } of candidates) {
    const found = isOnly ? await readNow(id, deps) : { ticket: await deps.bms.tickets.get(id), readAt: null };
    const reference = found.ticket.rmmTicketReference;
    if (reference) await deps.hints.remember(reference, { ticketId: id, statusId });
    if (reference === alert.sourceId) return found;
  }
  return null;
}

/** Names in BMS and names from senders may differ in case and in surrounding blanks. */
export const same = (a: string | null | undefined, b: string | null | undefined) =>
  a != null && b != null && a.trim().toLowerCase() === b.trim().toLowerCase();
