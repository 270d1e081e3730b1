import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createQueues, type Queues } from '../queue/queues.ts';
import { createIncidents, type IncidentOptions, type Incidents } from '../store/incidents.ts';
import { createJournals, type Journals } from '../store/journal.ts';

/** The service's records and queues in Redis, on one connection. */
export interface Stores {
  queues: Queues;
  incidents: Incidents;
  journals: Journals;
}

export type StoreOptions = IncidentOptions;

export function openStores(redis: Redis, options: StoreOptions, log: Logger): Stores {
  return {
    queues: createQueues(redis, log),
    incidents: createIncidents(redis, options),
    journals: createJournals(redis, options),
  };
}
