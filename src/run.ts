import type { Disposition, TicketRef } from './journal.ts';

export type RunPhase = 'queued' | 'running' | 'parked' | 'concluded';

export interface RunUsage {
  modelCalls: number;
  promptTokens: number;
  completionTokens: number;
  toolCalls: number;
  writes: number;
  rmmJobs: number;
}

/** One line of a run's timeline. `detail` is the journal entry without its bookkeeping. */
export interface RunStep {
  step: number;
  at: string;
  type: string;
  what: string;
  detail: unknown;
}

/** A run as `/v1/runs/:id` shows it. */
export interface Run {
  id: string;
  incidentId: string;
  state: RunPhase;
  disposition: Disposition | null;
  reason: string | null;
  summary: string | null;
  ticket: TicketRef | null;
  connection: string;
  alertKey: string;
  mode: string;
  startedAt: string | null;
  endedAt: string | null;
  usage: RunUsage;
  steps: RunStep[];
}
