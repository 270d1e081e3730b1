import PQueue from 'p-queue';
import { retrying } from '../retrying.ts';
import type { CreateStrategy } from '../strategy.ts';

const priorities = { urgent: 1, normal: 0, background: -1 };

/**
 * A queue lives in one process, so each gets an equal share of the limit. `strict` is what the readme recommends for APIs
 * with strict limits: a sliding window instead of counts that begin anew.
 */
export const pQueue: CreateStrategy = ({ cell, send }) => {
  const intervalCap = Math.floor(cell.limit / cell.processes);
  const queue = new PQueue({ interval: cell.windowMs, intervalCap, strict: true });
  return { run: ({ urgency }) => retrying(() => queue.add(send, { priority: priorities[urgency] })) };
};
