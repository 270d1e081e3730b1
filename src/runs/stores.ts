import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { createQueues, type Queues } from '../queue/queues.ts';
import { createIncidents, type Incidents } from '../store/incidents.ts';
import { createJournals, type Journals } from '../store/journal.ts';

/** What Redis holds for us, on one connection. */
export interface Stores {
  queues: Queues;
  incidents: Incidents;
  journals: Journals;
}

export function openStores(redis: Redis, config: Config, log: Logger): Stores {
  const { retentionDays, incidents } = config;
  return {
    queues: createQueues(redis, log),
    incidents: createIncidents(redis, { retentionDays, ...incidents }),
    journals: createJournals(redis, { retentionDays }),
  };
}
