import { type Ledger, readLedger } from './ledger.ts';
import type { BmsOptions } from './options.ts';
import { finishDueJobs } from './rmm/jobs.ts';
import { createWorld, type World } from './world.ts';

export interface State {
  options: BmsOptions;
  /** Replaced by a reset: read it anew in each request. */
  world: World;
  now(): number;
  /** What really happened, with every job that is due carried out first. */
  ledger(): Ledger;
  reset(seed?: string): void;
}

export function createState(options: BmsOptions): State {
  const state: State = {
    options,
    world: createWorld(options),
    now: options.now,
    ledger() {
      finishDueJobs(state.world, state.now());
      return readLedger(state.world, state.now());
    },
    reset(seed = state.world.seed) {
      state.world = createWorld({ ...options, seed });
    },
  };
  return state;
}
