import type { JobWording } from '../options.ts';

/** What a job says of itself and of its rows. Kaseya publishes none of these words. */
export interface Wording {
  pending: string;
  running: string;
  done: string;
  /** Some rows failed. */
  mixed: string;
  /** All of them did. */
  failed: string;
  rowOk: string;
  rowFailed: string;
}

const normal: Wording = {
  ...{ pending: 'Pending', running: 'InProgress', done: 'Completed', mixed: 'Completed', failed: 'Completed' },
  ...{ rowOk: '200', rowFailed: '422' },
};

/** Words that a client may guess right, and words that it cannot know. */
const odd: Wording[] = [
  {
    ...{
      pending: 'queued',
      running: 'Processing',
      done: 'Succeeded',
      mixed: 'Completed With Errors',
      failed: 'Failed',
    },
    ...{ rowOk: 'Success', rowFailed: 'Error' },
  },
  {
    ...{ pending: 'Accepted', running: 'Reconciling', done: 'Settled', mixed: 'Partly Settled', failed: 'Rejected' },
    ...{ rowOk: 'Applied', rowFailed: 'Refused' },
  },
];

export const wordingsOf = (kind: JobWording): readonly Wording[] => (kind === 'odd' ? odd : [normal]);
