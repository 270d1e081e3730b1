import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The order in which calls are served. `escalation`: a person is being informed. `verification`: a write is being checked.
 * `triage`: a run at work. `poll` is background: it is paced, and leaves a reserve to those above.
 */
export const lanes = ['escalation', 'verification', 'triage', 'poll'] as const;
export type Lane = (typeof lanes)[number];

/** On whose behalf an upstream is called. */
export interface Caller {
  lane: Lane;
  /** Lanes are shared out fairly between clients: an account, or a connection. */
  client: string;
  /** Names the work across parking and workers, so that it keeps its place in the queue when it asks again. */
  id?: string;
  /** It comes back after no wait that would end later (Unix time, ms), so it needs no place in the queue for one. */
  givesUpAt?: number;
  /** What is read must be as it is now, not what another caller read a moment ago. */
  fresh?: boolean;
  /** Counts the requests that are sent upstream in this name. */
  tally?: { sent: number };
}

const storage = new AsyncLocalStorage<Caller>();
const nobody: Caller = { lane: 'triage', client: '' };

/** Does the work as the current caller with these changes; whatever it calls upstream is asked for in that name. */
export const runAs = <T>(changes: Partial<Caller>, work: () => T): T =>
  storage.run({ ...currentCaller(), ...changes }, work);

export const currentCaller = (): Caller => storage.getStore() ?? nobody;
