import type { Redis } from 'ioredis';
import { FencedError } from '../domain/errors.ts';
import type { Cost, Entry, EntryBody, Place } from '../domain/journal.ts';
import { decodeEntry, encodeEntry } from '../domain/journal-codec.ts';
import { type Clock, isoAt } from '../domain/ports.ts';
import { keys } from './keys.ts';
import type { QueuedRow } from './row-queue.ts';
import { bindScripts } from './scripts/index.ts';

/** The journals in Redis: one stream for each run. Reading an entry of a newer release throws `TerminalError` `journal_unreadable`. */
export interface Journals {
  /** All entries, oldest first; empty for an unknown run. */
  read(runId: string): Promise<Entry[]>;
  /**
   * The entries after each of these places, by run, read with one command; null where this release cannot read them.
   * Journals without new entries are left out.
   */
  readNews(places: ReadonlyMap<string, Place>): Promise<Map<string, { entries: Entry[]; place: Place } | null>>;
  /** How many entries the journal has; 0 for an unknown run. */
  length(runId: string): Promise<number>;
  /** Makes the caller the run's owner: earlier owners can no longer append. */
  own(runId: string): Promise<OwnedJournal>;
  /** Adds a fact that is true whichever worker owns the run. False when the run is unknown. */
  addFact(runId: string, body: EntryBody): Promise<boolean>;
}

/** A journal in the hands of one owner, until another takes over. */
export interface OwnedJournal {
  readonly runId: string;
  readonly epoch: number;
  read(): Promise<Entry[]>;
  /** Takes the row out of the queue and ends its call as refused with `reason`. False: the row is in a batch, or done. */
  dropRow(row: Pick<QueuedRow, 'callId' | 'transactionId' | 'action'>, reason: string): Promise<boolean>;
  /** Throws `FencedError` when another owner has taken over; nothing is written then. */
  append(body: EntryBody & Cost): Promise<void>;
  /** Appends the intent of an RMM write and queues its row for the next batch, both or neither. Throws `FencedError`. */
  queueRow(intent: WriteIntended & Cost, transactionId: string, item: { action: string; row: unknown }): Promise<void>;
  /** Throws `FencedError` when another owner has taken over. */
  check(): Promise<void>;
}

type WriteIntended = Extract<EntryBody, { type: 'write_intended' }>;

export function createJournals(redis: Redis, options: { retentionDays: number } & Clock): Journals {
  const scripts = bindScripts(redis);
  const retention = options.retentionDays * 86_400;
  const stamp = () => isoAt(options.now());

  const read = async (runId: string) => {
    const rows = await redis.xrange(keys.journal(runId), '-', '+');
    return rows.map(([, fields], index) => decodeEntry(fields[1] ?? '', index + 1));
  };

  return {
    read,
    async readNews(places) {
      const runOf = new Map([...places.keys()].map((runId) => [keys.journal(runId), runId]));
      const news = await redis.xread('STREAMS', ...runOf.keys(), ...[...places.values()].map(({ id }) => id));
      return new Map(
        (news ?? []).map(([key, rows]) => {
          const runId = runOf.get(key) ?? '';
          return [runId, entriesAfter(places.get(runId), rows)];
        }),
      );
    },
    length: (runId) => redis.xlen(keys.journal(runId)),
    async own(runId) {
      const epoch = await redis.incr(keys.epoch(runId));
      await redis.expire(keys.epoch(runId), retention);
      const places = [keys.journal(runId), keys.epoch(runId)];
      const unlessFenced = (length: unknown) => {
        if (length === -1) throw new FencedError(`run ${runId}`);
      };
      return {
        runId,
        epoch,
        read: () => read(runId),
        append: async (body) =>
          unlessFenced(await scripts.appendEntry(places, [epoch, encodeEntry(body, stamp()), retention])),
        async queueRow(intent, transactionId, item) {
          const row: QueuedRow = { runId, callId: intent.callId, transactionId, ...item };
          const args = [
            epoch,
            encodeEntry(intent, stamp()),
            retention,
            transactionId,
            JSON.stringify(row),
            options.now(),
          ];
          unlessFenced(await scripts.queueRow([...places, keys.rowQueue(item.action), keys.rows()], args));
        },
        async dropRow({ callId, transactionId, action }, message) {
          const places = [keys.journal(runId), keys.rowQueue(action), keys.rowsAlone(action), keys.rows()];
          const about = { outcome: 'refused', message, data: null, ticket: null } as const;
          const entry = encodeEntry({ type: 'write_done', callId, ...about }, stamp());
          return (await scripts.dropRow(places, [transactionId, entry, retention])) === 1;
        },
        async check() {
          if (Number(await redis.get(keys.epoch(runId))) !== epoch) throw new FencedError(`run ${runId}`);
        },
      };
    },
    async addFact(runId, body) {
      const length = await scripts.appendFact([keys.journal(runId)], [encodeEntry(body, stamp()), retention]);
      return length !== 0;
    },
  };
}

function entriesAfter({ id, step }: Place = { id: '0', step: 0 }, rows: [id: string, fields: string[]][]) {
  try {
    const entries = rows.map(([, fields], index) => decodeEntry(fields[1] ?? '', step + index + 1));
    return { entries, place: { id: rows.at(-1)?.[0] ?? id, step: step + rows.length } };
  } catch {
    return null;
  }
}
