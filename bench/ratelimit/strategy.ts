import type { Cell } from './cell.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** The round trip alone. */
  tripMs: number;
}

/** Each strategy maps it to the priorities that it has, if any. */
export type Urgency = 'urgent' | 'normal' | 'background';

export interface Call {
  client: string;
  urgency: Urgency;
}

/** A way to keep within the limit. `run` makes one call and answers when it went through, or was given up. */
export interface Strategy {
  run(call: Call): Promise<{ tripMs: number } | 'dropped'>;
}

export interface StrategyContext {
  cell: Cell;
  redisUrl: string;
  /** Names the shared state of this cell in Redis. */
  key: string;
  /** Calls that this process has in hand at once. */
  concurrency: number;
  /** Sends one request, whatever the limit says. */
  send(): Promise<Answer>;
}

export type CreateStrategy = (context: StrategyContext) => Strategy | Promise<Strategy>;
