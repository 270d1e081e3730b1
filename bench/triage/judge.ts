import type { Ledger } from '../../harness/sim-client.ts';

/** What was said of one alert, and how its ticket stood at that moment. */
export interface Reported {
  ticketId: number;
  saysDone: boolean;
  words: string;
  wasResolved: boolean;
  seconds: number;
}

export interface Figures {
  alerts: number;
  /** Tickets that BMS holds as resolved in the end. */
  resolved: number;
  /** All calls to BMS, sign-in included. */
  calls: number;
  callsPerResolved: number | null;
  rejected429: number;
  /** Rows of RMM jobs beyond the first for the same alert, whether BMS carried them out or refused them. */
  writesSentAgain: number;
  /** Effects beyond the first on the same target. */
  duplicateWrites: number;
  /** "Done" was said, and at that moment the ticket was not resolved. */
  falseDone: number;
  /** The ticket is resolved, and it was not said. */
  resolvedUntold: number;
  tokensPerAlert: number;
  medianSeconds: number;
}

/** Judged by BMS's own ledger; only what was said comes from the contender. */
export function judge(reported: readonly Reported[], ledger: Ledger, tokens: number): Figures {
  const resolvedIds = new Set(ledger.tickets.filter(({ resolved }) => resolved).map(({ id }) => id));
  const resolved = reported.filter(({ ticketId }) => resolvedIds.has(ticketId));
  const { total: calls, rejected429 } = ledger.requests;
  return {
    alerts: reported.length,
    resolved: resolved.length,
    calls,
    callsPerResolved: resolved.length > 0 ? calls / resolved.length : null,
    rejected429,
    writesSentAgain: surplus(
      ledger.jobs.flatMap(({ family, rows }) => rows.map((row) => `${family} ${row.alertRefId}`)),
    ),
    duplicateWrites: surplus(ledger.effects.map((one) => `${one.operation} ${one.ticketId} ${one.assetId}`)),
    falseDone: reported.filter(({ saysDone, wasResolved }) => saysDone && !wasResolved).length,
    resolvedUntold: resolved.filter(({ saysDone }) => !saysDone).length,
    tokensPerAlert: Math.round(tokens / reported.length),
    medianSeconds: median(reported.map(({ seconds }) => seconds)),
  };
}

/** An alert needs each write once; every further one on the same target is one too many. */
const surplus = (targets: readonly string[]) => targets.length - new Set(targets).size;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const upper = Math.floor(sorted.length / 2);
  const lower = Math.ceil(sorted.length / 2) - 1;
  return ((sorted[lower] ?? 0) + (sorted[upper] ?? 0)) / 2;
}
