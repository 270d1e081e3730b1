/** One thing that really changed. What does not apply is null. */
export interface Effect {
  seq: number;
  at: string;
  /** Method and path template, with Kaseya's own placeholder names. */
  operation: string;
  ticketId: number | null;
  alertRefId: string | null;
  /** For operations on an asset. */
  assetId: number | null;
  jobId: string | null;
  transactionId: string | null;
  /** What was sent: the body, or the row of an array. */
  body: unknown;
}

export type EffectDraft = Pick<Effect, 'operation' | 'at' | 'body'> & Partial<Effect>;

export function recordEffect(effects: Effect[], draft: EffectDraft): void {
  const blank = { ticketId: null, alertRefId: null, assetId: null, jobId: null, transactionId: null };
  effects.push({ ...blank, ...draft, seq: effects.length + 1 });
}
