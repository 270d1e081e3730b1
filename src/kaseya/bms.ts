import { type Assets, createAssets } from './assets.ts';
import { createLookups, type Lookups } from './lookups.ts';
import { createRmm, type Rmm } from './rmm.ts';
import { createTickets, type Tickets } from './tickets.ts';
import { createTransport, type TransportOptions } from './transport.ts';

/** Kaseya BMS, as far as triage needs it. */
export interface Bms {
  tickets: Tickets;
  assets: Assets;
  lookups: Lookups;
  rmm: Rmm;
}

export interface BmsOptions extends TransportOptions {
  integrationType: string;
  noteTypeTable: string;
  lookupTtlMs: number;
}

export function createBms(options: BmsOptions): Bms {
  const transport = createTransport(options);
  return {
    tickets: createTickets(transport),
    assets: createAssets(transport),
    lookups: createLookups(transport, { noteTypeTable: options.noteTypeTable, ttlMs: options.lookupTtlMs }),
    rmm: createRmm(transport, options.integrationType),
  };
}
