import { currentCaller } from '../domain/call-context.ts';
import type { Bucket } from './bucket.ts';

/** The same bucket, which counts each request sent under its permits in the caller's tally, answered or not. */
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
