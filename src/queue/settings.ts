import { z } from 'zod';
import { count, positive } from '../domain/settings.ts';

/** The key `concurrency`: jobs that one worker process works on at a time, for each queue. */
export const concurrencySchema = count.default(20);

/** The key `rmm`: when jobs of BMS are polled and given up, and for how long rows are collected into one request. */
export const rmmSchema = z
  .strictObject({
    firstPollSeconds: positive.default(2.5),
    maxPollSeconds: positive.default(60),
    deadlineSeconds: positive.default(900),
    readBackSeconds: positive.default(120),
    batchMillis: count.default(150),
  })
  .prefault({});

/** A busy action rests between batches for long enough that a burst of rows becomes a handful of requests. */
export const paceOf = ({ batchMillis }: z.infer<typeof rmmSchema>) => ({
  firstMs: batchMillis * 4,
  longestMs: batchMillis * 16,
});
