import { currentCaller } from '../domain/call-context.ts';
import type { Bucket } from './bucket.ts';

/** The same bucket. Each request that was sent, answered or not, is counted in the caller's tally. */
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
