import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Ports } from '../domain/ports.ts';
import type { StoreOptions } from '../runs/stores.ts';
import type { Closers } from './closers.ts';
import type { ProcessStats } from './process-stats.ts';

/** What every part of one process is put together from. */
export interface AppContext {
  config: Config;
  log: Logger;
  ports: Ports;
  stats: ProcessStats;
  closers: Closers;
}

export const storeOptions = ({ config, ports }: AppContext): StoreOptions => ({
  ...ports,
  retentionDays: config.retentionDays,
  againHours: config.incidents.againHours,
});
