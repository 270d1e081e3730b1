export type RunPhase = 'queued' | 'running' | 'parked' | 'concluded';

export interface RunUsage {
  modelCalls: number;
  promptTokens: number;
  completionTokens: number;
  toolCalls: number;
  writes: number;
  rmmJobs: number;
  /**
   * Requests that the run sent upstream itself. Those of batches and of polls serve many runs and are in none. Null: not
   * counted, because the run has not begun or is older than the count.
   */
  upstreamCalls: number | null;
}
