import { UpstreamError } from '../domain/errors.ts';
import { type Assets, createAssets } from './assets.ts';
import { type Copilot, createCopilot } from './copilot.ts';
import { type Crm, createCrm } from './crm.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createKaseyaOne, type KaseyaOne } from './kaseya-one.ts';
import { createLookups, type Lookups, type LookupTables } from './lookups.ts';
import { createRmm, type Rmm } from './rmm.ts';
import { createSession, type Session } from './session.ts';
import { createTickets, type Tickets } from './tickets.ts';
import { createTransport, type Transport, type TransportOptions } from './transport.ts';

/** The part of Kaseya BMS that triage needs. Its calls throw as `Transport.call` does. */
export interface Bms {
  tickets: Tickets;
  assets: Assets;
  crm: Crm;
  lookups: Lookups;
  rmm: Rmm;
  jobs: Jobs;
  copilot: Copilot;
  kaseyaOne: KaseyaOne;
  session: Session;
}

export interface BmsNounOptions {
  integrationType: string;
  lookupTables: LookupTables;
  lookupTtlMs: number;
  now(): number;
}

export const createBms = (options: TransportOptions & BmsNounOptions): Bms =>
  createBmsOver(createTransport(options), options);

/** The same client over any transport: BMS itself, or Truto. */
export function createBmsOver(transport: Transport, options: BmsNounOptions): Bms {
  const { integrationType, lookupTables: tables, lookupTtlMs: ttlMs, now } = options;
  const lookups = createLookups(transport, { tables, ttlMs, now });
  const writing = droppingWhenRefused(transport, lookups);
  return {
    tickets: createTickets(writing, now),
    assets: createAssets(writing),
    crm: createCrm(writing),
    lookups,
    rmm: createRmm(writing, integrationType),
    jobs: createJobs(writing, integrationType),
    copilot: createCopilot(writing),
    kaseyaOne: createKaseyaOne(writing),
    session: createSession(transport),
  };
}

/** A write that BMS finds invalid may carry an outdated id, so the cached lookups are dropped. */
const droppingWhenRefused = (transport: Transport, lookups: Lookups): Transport => ({
  call: (request) =>
    transport.call(request).catch((error: unknown) => {
      const isRefused = error instanceof UpstreamError && error.code === 'validation' && request.method !== 'GET';
      if (isRefused) lookups.drop();
      throw error;
    }),
});
