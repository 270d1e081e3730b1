import type { Redis } from 'ioredis';
import { FencedError } from '../errors.ts';
import { decodeEntry, type Entry, type EntryBody, encodeEntry } from '../journal.ts';
import { keys } from './keys.ts';
import { bindScripts } from './scripts/index.ts';

/** The journals in Redis: one stream a run. */
export interface Journals {
  read(runId: string): Promise<Entry[]>;
  length(runId: string): Promise<number>;
  /** Makes the caller the run's owner: earlier owners can no longer append. */
  own(runId: string): Promise<OwnedJournal>;
  /** Adds something that is true whoever owns the run. False when there is no such run. */
  addFact(runId: string, body: EntryBody): Promise<boolean>;
}

export interface OwnedJournal {
  readonly runId: string;
  readonly epoch: number;
  read(): Promise<Entry[]>;
  /** Throws `FencedError` when another owner has taken over; then nothing was written. */
  append(body: EntryBody): Promise<void>;
}

export function createJournals(redis: Redis, options: { retentionDays: number; now?: () => Date }): Journals {
  const scripts = bindScripts(redis);
  const retention = options.retentionDays * 86_400;
  const stamp = () => (options.now?.() ?? new Date()).toISOString();

  const read = async (runId: string) => {
    const rows = await redis.xrange(keys.journal(runId), '-', '+');
    return rows.map(([, fields], index) => decodeEntry(fields[1] ?? '', index + 1));
  };

  return {
    read,
    length: (runId) => redis.xlen(keys.journal(runId)),
    async own(runId) {
      const epoch = await redis.incr(keys.epoch(runId));
      await redis.expire(keys.epoch(runId), retention);
      const append = async (body: EntryBody) => {
        const entry = encodeEntry(body, stamp());
        const length = await scripts.appendEntry([keys.journal(runId), keys.epoch(runId)], [epoch, entry, retention]);
        if (length === -1) throw new FencedError(runId);
      };
      return { runId, epoch, read: () => read(runId), append };
    },
    async addFact(runId, body) {
      const length = await scripts.appendFact([keys.journal(runId)], [encodeEntry(body, stamp()), retention]);
      return length !== 0;
    },
  };
}
