import type { Rig } from './rig.ts';
import type { Target } from './target.ts';

/** What the subject itself says became of an alert. */
export interface Outcome {
  /** Its own name for the work on this alert; writes that differ in nothing else are the same. */
  runId: string;
  said: 'resolved' | 'ticketed' | 'escalated' | 'no_action' | 'inconclusive';
  reason: string;
  /** Writes that it claims to have made: operations as the ledger names them. */
  claims: string[];
  /** Why it could not decide whether a write was made; one text for each. */
  undecidable: string[];
}

/** What is tried: it takes alerts, and later reports what became of each. */
export interface Subject {
  name: string;
  /** Opens its places on the rig. */
  start(rig: Rig): Promise<void>;
  /** True once the alert is accepted: from then on it must not be lost. */
  submit(target: Target): Promise<boolean>;
  /** Null as long as no outcome is recorded. */
  outcome(target: Target): Promise<Outcome | null>;
  /** All it knows of an alert, for the analysis of a failure. */
  evidence(target: Target): Promise<unknown>;
}
