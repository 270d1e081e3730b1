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

/** A row of a job that BMS did not carry out: a write that was asked for once too often shows here. */
export interface RefusedRow {
  seq: number;
  at: string;
  operation: string;
  jobId: string;
  transactionId: string | null;
  alertRefId: string | null;
  assetId: string | null;
  reason: string;
}

/** An e-mail that a note or an assignment sent. */
export interface Mail {
  at: string;
  ticketId: number;
  to: string[];
}

export function recordEffect(effects: Effect[], draft: EffectDraft): void {
  const blank = { ticketId: null, alertRefId: null, assetId: null, jobId: null, transactionId: null };
  effects.push({ ...blank, ...draft, seq: effects.length + 1 });
}
