import { endsAt, type RunBudget } from '../agent/budget.ts';
import { runAs } from '../domain/call-context.ts';
import { fold } from '../domain/fold.ts';
import type { OwnedJournal } from '../store/journal.ts';
import { withCost } from './cost.ts';

/**
 * Works on a run in its client's name: the account that it is about, or the sender until that is known. Each entry that
 * the work appends carries what it cost.
 */
export async function asClient<T>(
  journal: OwnedJournal,
  budget: Pick<RunBudget, 'wallMs'>,
  work: (journal: OwnedJournal) => Promise<T>,
): Promise<T> {
  const state = fold(await journal.read());
  const { scope, subject } = state;
  const sender = subject.kind === 'alert' ? subject.alert.connection : 'tasks';
  const client = scope?.scope.account?.name ?? sender;
  const caller = { lane: 'triage', client, id: journal.runId, givesUpAt: endsAt(state, budget) } as const;
  const tally = { sent: 0 };
  return runAs({ ...caller, tally }, () => work(withCost(journal, tally)));
}
