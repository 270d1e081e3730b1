import type { Asset } from '../tenant/assets.ts';
import type { Act, Ticket } from '../ticket.ts';

/** The row cannot be carried out; the job completes nevertheless, and its details say so. */
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
  /** Changes the world that the call was made in. */
  apply(act: Act): Change;
}

export type Family = 'tickets' | 'assets' | 'mappings' | 'batch';
