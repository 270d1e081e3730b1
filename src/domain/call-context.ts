import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The order in which calls are served. `escalation`: a person is being notified. `verification`: a write is being
 * checked. `triage`: a run at work. `poll` is background: it is paced, and leaves a reserve to those above.
 */
export const lanes = ['escalation', 'verification', 'triage', 'poll'] as const;
export type Lane = (typeof lanes)[number];

/** The work for which an upstream is called. */
export interface Caller {
  lane: Lane;
  /** The name of an account or of a connection. Each lane is shared fairly between clients. */
  client: string;
  /** Names the work across suspensions and workers, so that it keeps its place in the queue when it asks again. */
  id?: string;
  /** The work does not wait beyond this moment (Unix time, ms), so a longer wait needs no place in the queue. */
  givesUpAt?: number;
  /** A read must reach the upstream: an answer that another caller received a moment ago is not good enough. */
  fresh?: boolean;
  /** Counts the requests that are sent upstream for this work. */
  tally?: { sent: number };
}

const storage = new AsyncLocalStorage<Caller>();
const unnamed: Caller = { lane: 'triage', client: '' };

/** Does the work as the current caller with these changes. All its upstream calls carry them. */
export const runAs = <T>(changes: Partial<Caller>, work: () => T): T =>
  storage.run({ ...currentCaller(), ...changes }, work);

/** The caller whose work is being done; outside `runAs`, one of lane `triage` without a name. */
export const currentCaller = (): Caller => storage.getStore() ?? unnamed;
