/** What the scripted model answers: one tool call with a thought, or words alone. */
export type Move = ToolCall | { thought: string; name: null };

export interface ToolCall {
  thought: string;
  name: string;
  args: Record<string, unknown>;
}

export const call = (thought: string, name: string, args: Record<string, unknown>): ToolCall => ({
  thought,
  name,
  args,
});

export const say = (thought: string): Move => ({ thought, name: null });

export type Evidence = { step: number; finding: string }[];

export const concludeName = 'conclude';

/** Ends a run of the service. */
export const end = (disposition: string, reason: string, evidence: Evidence, summary: string): ToolCall =>
  call('Done.', concludeName, { disposition, reason: reason.slice(0, 500), summary, evidence });
