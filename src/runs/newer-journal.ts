import type { Logger } from 'pino';
import { errorCode, errorMessage } from '../domain/errors.ts';

const againMs = 60_000;

/**
 * A run whose journal has entries of a newer release waits for a worker of that release: this one would have to guess
 * what they mean. Other errors are thrown on.
 */
export const postponeIfNewer = (runId: string, log: Logger, now: () => number) => (error: unknown) => {
  if (errorCode(error) !== 'journal_unreadable') throw error;
  const reason = 'journal_unreadable';
  log.error({ runId, code: reason, error: errorMessage(error) }, 'newer_journal_found');
  const until = { until: now() + againMs, journalLength: Number.POSITIVE_INFINITY };
  return { kind: 'suspended' as const, reason, ...until, jobs: [], batches: [] };
};

/** Null where this release cannot read the journal. Other errors are thrown on. */
export const nullIfNewer = (error: unknown): null => {
  if (errorCode(error) !== 'journal_unreadable') throw error;
  return null;
};
