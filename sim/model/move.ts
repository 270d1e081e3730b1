export interface Call {
  name: string;
  args: Record<string, unknown>;
}

/** What the scripted model answers: a thought with tool calls, or words alone. */
export interface Move {
  thought: string;
  calls: readonly Call[];
}

export const call = (thought: string, name: string, args: Record<string, unknown>): Move => ({
  thought,
  calls: [{ name, args }],
});

export const say = (thought: string): Move => ({ thought, calls: [] });

export type Evidence = { step: number; finding: string }[];

export const concludeName = 'conclude';

/** Ends a run of the service. */
export const end = (disposition: string, reason: string, evidence: Evidence, summary: string): Move =>
  call('Done.', concludeName, {
    disposition,
    reason: reason.slice(0, 500),
    summary: summary.slice(0, 4000),
    evidence: evidence.slice(-20),
  });
