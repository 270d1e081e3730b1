import { z } from 'zod';
import { caseless, readFields } from '../fields.ts';
import type { Act, Ticket } from '../ticket.ts';
import type { World } from '../world.ts';
import { type Change, type Family, type Row, RowFailure } from './row.ts';

export interface RowAction {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  template: string;
  /** Decides which status path knows the job. */
  family: Family;
  /** Kaseya's numbers are unknown; these are ours. */
  actionType: number;
  /** Reads the array. A value of the wrong type refuses the whole call. */
  readRows(body: unknown[], world: World): Row[];
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
    readRows: (body, world) =>
      readFields(rowsSchema, body).map((row, index) => {
        const head = rowHead.parse(row);
        return {
          transactionId: head.TransactionId ?? null,
          alertRefId: head.AlertRefId ?? null,
          assetId: head.AssetId ?? null,
          externalId: head.ExternalId ?? null,
          body: body[index],
          apply: (act) => apply(world, row, act),
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
