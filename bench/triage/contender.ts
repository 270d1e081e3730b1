import type { LedgerTicket, SimClient } from '../../harness/sim-client.ts';

/** One way of working on alerts, with a simulated BMS and a scripted model of its own, all of them real processes. */
export interface Contender {
  sim: SimClient;
  /** Sends the alert of this ticket. */
  deliver(ticket: LedgerTicket): Promise<void>;
  /** What it says of the alert in the end; null while it works. */
  verdict(ticket: LedgerTicket): Promise<Verdict | null>;
  /** kill -9, and a new start. */
  crash(): Promise<void>;
  /** Prompt and completion tokens, as the model counted them. */
  tokens(): Promise<number>;
  stop(): Promise<void>;
}

export interface Verdict {
  /** It says that the fault is over and its ticket closed. */
  saysDone: boolean;
  words: string;
}

/** What a contender is started for. */
export interface Setting {
  simFlags: readonly string[];
  rateLimit: { requests: number; windowSeconds: number } | null;
  modelLatencyMs: number;
}

export type StartContender = (setting: Setting) => Promise<Contender>;
