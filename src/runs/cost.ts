import type { Cost } from '../domain/journal.ts';
import type { OwnedJournal } from '../store/journal.ts';

/** The same journal; each entry of its owner carries what the tally has counted since the one before. */
export function withCost(journal: OwnedJournal, tally: { sent: number }): OwnedJournal {
  const take = (): Required<Cost> => {
    const upstreamCalls = tally.sent;
    tally.sent = 0;
    return { upstreamCalls };
  };
  return {
    ...journal,
    append: (body) => journal.append({ ...body, ...take() }),
    queueRow: (intent, ...row) => journal.queueRow({ ...intent, ...take() }, ...row),
  };
}
