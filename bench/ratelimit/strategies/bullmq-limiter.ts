import { Queue, QueueEvents, Worker } from 'bullmq';
import { toldToWaitMs } from '../retrying.ts';
import type { CreateStrategy } from '../strategy.ts';

/** From 1, the most urgent; a job without one would come before all. */
const priorities = { urgent: 1, normal: 10, background: 20 };

/**
 * Each call is a job; the worker's limiter is shared by all processes, and a 429 holds the whole queue back (docs.bullmq.io,
 * "Rate limiting" and "Manual rate-limit").
 */
export const bullmqLimiter: CreateStrategy = async ({ cell, redisUrl, key, concurrency, send }) => {
  const connection = { url: redisUrl, maxRetriesPerRequest: null };
  const queue = new Queue(key, { connection });
  const events = new QueueEvents(key, { connection });
  const worker: Worker = new Worker(
    key,
    async () => {
      const answer = await send();
      if (answer.status !== 429) return answer.tripMs;
      await worker.rateLimit(toldToWaitMs(answer));
      throw Worker.RateLimitError();
    },
    { connection, concurrency, limiter: { max: cell.limit, duration: cell.windowMs } },
  );
  const onError = (error: Error) => void process.stderr.write(`bullmq: ${error}\n`);
  queue.on('error', onError);
  events.on('error', onError);
  worker.on('error', onError);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);
  return {
    async run({ urgency }) {
      const job = await queue.add('call', {}, { priority: priorities[urgency], removeOnComplete: { count: 10_000 } });
      const tripMs = Number(await job.waitUntilFinished(events));
      return { tripMs };
    },
  };
};
