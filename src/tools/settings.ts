import { z } from 'zod';

const entryName = z.string().min(1).nullable().default(null);

/** The key `defaults`: what BMS requires and the call does not say, by the tenant's own names. */
export const defaultsSchema = z
  .strictObject({
    noteType: entryName,
    ticketType: entryName,
    ticketSource: entryName,
    priority: entryName,
    status: entryName,
  })
  .prefault({});

/** The key `touch`: how old the run's own read of a ticket may be when it writes; 0: it always reads again. */
export const touchSchema = z.strictObject({ freshSeconds: z.number().min(0).max(60).default(5) }).prefault({});

/**
 * When a write whose answer was lost, and which BMS does not show, was not carried out: the request itself may last
 * `timeoutMs` after its worker has lost the run, and BMS may show a note a little later.
 */
export const absentAfterMs = (timeoutMs: number): number => timeoutMs + 5_000;
