export type RunPhase = 'queued' | 'running' | 'parked' | 'concluded';

export interface RunUsage {
  modelCalls: number;
  promptTokens: number;
  completionTokens: number;
  toolCalls: number;
  writes: number;
  rmmJobs: number;
}
