import { currentCaller } from '../domain/call-context.ts';
import type { Cost } from '../domain/journal.ts';
import type { Bucket } from '../ratelimit/bucket.ts';
import type { OwnedJournal } from '../store/journal.ts';

/** The same bucket; each request that left with a permit of it counts in its caller's tally, answered or not. */
export const tallied = (bucket: Bucket): Bucket => ({
  async acquire(...ask) {
    const permit = await bucket.acquire(...ask);
    return {
      ...permit,
      answered(...answer) {
        const { tally } = currentCaller();
        if (tally) tally.sent += 1;
        return permit.answered(...answer);
      },
    };
  },
});

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
