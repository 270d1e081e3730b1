import { z } from 'zod';
import { caseless, readFields } from '../fields.ts';
import type { Asset } from '../tenant/assets.ts';
import type { Act, Ticket } from '../ticket.ts';
import type { World } from '../world.ts';

/** The row cannot be carried out; the job completes nevertheless, and says so in its details. */
export class RowFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RowFailure';
  }
}

export interface Change {
  message: string;
  ticket?: Ticket;
  asset?: Asset;
}

/** One element of the array that an RMM call takes. */
export interface Row {
  transactionId: string | null;
  alertRefId: string | null;
  /** As the caller wrote it. */
  assetId: string | null;
  /** For mappings: the id in the other product. */
  externalId?: string | null;
  /** As it was sent, for the ledger. */
  body: unknown;
  apply(world: World, act: Act): Change;
}

export type Family = 'tickets' | 'assets' | 'mappings' | 'batch';

export interface RowAction {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  template: string;
  /** Decides which status path knows the job. */
  family: Family;
  /** Kaseya's numbers are unknown; these are ours. */
  actionType: number;
  /** Reads the array. A value of the wrong type refuses the whole call. */
  readRows(body: unknown[]): Row[];
}

const rowHead = z.object({
  TransactionId: z.string().nullish(),
  AlertRefId: z.string().nullish(),
  AssetId: z.string().nullish(),
  ExternalId: z.string().nullish(),
});

/** No field of a row is required by Kaseya's description: what is missing fails the row, not the call. */
export function defineRowAction<T extends z.ZodRawShape>(
  about: Omit<RowAction, 'readRows'>,
  shape: T,
  apply: (world: World, row: z.infer<z.ZodObject<T>>, act: Act) => Change,
): RowAction {
  const rowsSchema = z.array(caseless(shape));
  return {
    ...about,
    readRows: (body) =>
      readFields(rowsSchema, body).map((row, index) => {
        const head = rowHead.parse(row);
        return {
          transactionId: head.TransactionId ?? null,
          alertRefId: head.AlertRefId ?? null,
          assetId: head.AssetId ?? null,
          externalId: head.ExternalId ?? null,
          body: body[index],
          apply: (world, act) => apply(world, row, act),
        };
      }),
  };
}

/** The open ticket of an alert, else its latest one. */
export function ticketOfAlert(world: World, alertRefId: string | null | undefined): Ticket | undefined {
  if (!alertRefId) throw new RowFailure('AlertRefId is required');
  const tickets = [...world.tickets.values()].filter((ticket) => ticket.alertRefId === alertRefId);
  return tickets.find((ticket) => ticket.completedDate === null) ?? tickets.at(-1);
}
