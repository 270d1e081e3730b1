import type { SeverityWords } from './adapter.ts';

/** The words that our own severities are called by. Datto RMM's priorities are exactly these. */
export const ownWords: SeverityWords = {
  critical: 'critical',
  high: 'high',
  moderate: 'moderate',
  low: 'low',
  information: 'information',
};

/** And the words of senders at large. */
export const commonWords: SeverityWords = {
  ...ownWords,
  emergency: 'critical',
  fatal: 'critical',
  error: 'high',
  major: 'high',
  medium: 'moderate',
  warning: 'moderate',
  minor: 'low',
  info: 'information',
};
