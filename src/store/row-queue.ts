import type { Redis } from 'ioredis';
import type { EntryBody, JobFamily } from '../domain/journal.ts';
import { encodeEntry } from '../domain/journal-codec.ts';
import { keys } from './keys.ts';
import { bindScripts } from './scripts/index.ts';

/** One row of an RMM write as it waits for a batch. `row` goes to BMS as it is, unread on the way. */
export interface QueuedRow {
  runId: string;
  callId: string;
  transactionId: string;
  action: string;
  row: unknown;
}

/** Rows that one submitter holds, and no other. */
export interface Batch {
  id: string;
  action: string;
  rows: QueuedRow[];
}

export type Claim = ({ kind: 'claimed'; batch: Batch } | { kind: 'wait'; until: number } | { kind: 'empty' }) & Dropped;

interface Dropped {
  /** Cancelled runs whose rows were dropped: their journals say so. The caller wakes them. */
  dropped: string[];
}

export interface Pace {
  /** How long an idle action rests after a batch, ms. A busy one rests ever longer, up to `longestMs`. */
  firstMs: number;
  longestMs: number;
}

/**
 * The rows of RMM writes on their way to BMS. A row is in the queue of its action, or in one batch, or its run's
 * journal says what became of it; each change of place is one atomic step. Times are in milliseconds since 1970,
 * durations in milliseconds. BMS takes rows as an array: `POST /v2/rmm/…`.
 */
export interface RowQueue {
  /** Takes the action's next batch. `wait`: the action rests until then; `empty`: no row is left. */
  claim(action: string, batchId: string, leaseMs: number): Promise<Claim>;
  /** Marks the batch as being sent; to be called right before its request. False: it was taken away and must not be sent. */
  mayBeSent(batchId: string, leaseMs: number): Promise<boolean>;
  /** Returns the rows of a batch that was certainly not carried out to the queue. `alone`: each goes alone from now on. */
  putBack(batch: Batch, options?: { alone?: boolean }): Promise<Dropped>;
  /** Ends a batch that BMS took as RMM job `job`; after `deadline` (ISO 8601) a row without an outcome counts as unknown. */
  becameJob(batch: Batch, job: { family: JobFamily; jobId: string }, deadline: string): Promise<void>;
  /** Ends a batch that BMS refused. */
  wasRefused(batch: Batch, message: string): Promise<void>;
  /** Ends a batch that may or may not have been carried out: each run reads BMS to find out. */
  wasLost(batch: Batch, message: string): Promise<void>;
  /**
   * Ends the batches that their submitters left behind: those whose id begins with `prefix`, and those whose lease is
   * over. Rows that were not sent go back into the queue. Returns the runs whose journals got an entry, to be woken: those
   * with a row in a batch that was sent, and cancelled ones.
   */
  recover(prefix: string): Promise<string[]>;
}

const mostRows = 100;

/** Ends the call of a row that is not sent because its run was cancelled; the script adds the call's id. */
const cancelled: EntryBody = {
  type: 'write_done',
  callId: '',
  outcome: 'refused',
  message: 'the run was cancelled before it was sent',
  data: null,
  ticket: null,
};

export interface RowQueueOptions {
  retentionDays: number;
  pace: Pace;
  now(): number;
}

export function createRowQueue(redis: Redis, { retentionDays, pace, now }: RowQueueOptions): RowQueue {
  const scripts = bindScripts(redis);
  const retention = retentionDays * 86_400;
  const parse = (rows: string[]) => rows.map((json) => JSON.parse(json) as QueuedRow);

  const end = async (batch: Batch, entryOf: (row: QueuedRow) => EntryBody, how: { onlyOnce?: true; job?: string }) => {
    const { id, action, rows } = batch;
    const at = new Date(now()).toISOString();
    const ended = await scripts.endBatch(
      [
        ...[keys.batch(id), keys.batchRows(id), keys.batches(), keys.rows(), keys.rowsAlone(action)],
        how.job ?? keys.batch(id),
        ...rows.map(({ runId }) => keys.journal(runId)),
      ],
      [
        ...[id, retention, how.onlyOnce ? 1 : 0, how.job ? 1 : 0],
        ...rows.flatMap((row) => [row.transactionId, row.runId, encodeEntry(entryOf(row), at)]),
      ],
    );
    return ended === 1;
  };

  const lost = (batch: Batch, message: string, how: { onlyOnce?: true } = {}) =>
    end(batch, ({ callId }) => ({ type: 'rmm_submit_lost', callId, message }), how);

  /** What the scripts need to record that they dropped the row of a cancelled run. */
  const forDropped = () => [keys.journal('%s'), encodeEntry(cancelled, new Date(now()).toISOString()), retention];

  /** The cancelled runs whose rows were dropped; null when the batch is not in this state. */
  const putBack = async ({ id, action }: Batch, state: 'any' | 'claimed', alone: boolean) => {
    const batch = [keys.batch(id), keys.batchRows(id), keys.batches()];
    const places = [...batch, keys.rowQueue(action), keys.rowsAlone(action), keys.rows()];
    const dropped = await scripts.putBackBatch(places, [id, state, alone ? 1 : 0, ...forDropped()]);
    return Array.isArray(dropped) ? (dropped as string[]) : null;
  };

  const load = async (id: string): Promise<Batch | null> => {
    const [action, transactions] = await Promise.all([
      redis.hget(keys.batch(id), 'action'),
      redis.zrange(keys.batchRows(id), 0, '-1'),
    ]);
    if (action === null || transactions.length === 0) return null;
    const rows = await redis.hmget(keys.rows(), ...transactions);
    return { id, action, rows: parse(rows.filter((row) => row !== null)) };
  };

  return {
    async claim(action, batchId, leaseMs) {
      const places = [keys.rowQueue(action), keys.rowPace(action), keys.rowsAlone(action), keys.rows()];
      const [kind, dropped, ...rest] = (await scripts.claimBatch(
        [...places, keys.batch(batchId), keys.batchRows(batchId), keys.batches()],
        [batchId, action, now(), leaseMs, mostRows, pace.firstMs, pace.longestMs, ...forDropped()],
      )) as [Claim['kind'], string[], ...string[]];
      if (kind === 'empty') return { kind, dropped };
      if (kind === 'wait') return { kind, dropped, until: Number(rest[0]) };
      return { kind, dropped, batch: { id: batchId, action, rows: parse(rest) } };
    },
    mayBeSent: async (batchId, leaseMs) =>
      (await scripts.sendBatch([keys.batch(batchId), keys.batches()], [batchId, now() + leaseMs])) === 1,
    putBack: async (batch, { alone = false } = {}) => ({ dropped: (await putBack(batch, 'any', alone)) ?? [] }),
    async becameJob(batch, { family, jobId }, deadline) {
      const entryOf = ({ callId, transactionId }: QueuedRow): EntryBody => ({
        type: 'rmm_job_submitted',
        callId,
        job: { family, jobId, transactionId, deadline },
        rows: batch.rows.length,
      });
      await end(batch, entryOf, { job: keys.jobRows(family, jobId) });
    },
    async wasRefused(batch, message) {
      const about = { outcome: 'refused', message, data: null, ticket: null } as const;
      await end(batch, ({ callId }) => ({ type: 'write_done', callId, ...about }), {});
    },
    wasLost: async (batch, message) => void (await lost(batch, message)),
    async recover(prefix) {
      const [all, overdue] = await Promise.all([
        redis.zrange(keys.batches(), 0, '-1'),
        redis.zrange(keys.batches(), '-inf', `${now()}`, 'BYSCORE'),
      ]);
      const left = all.filter((id) => id.startsWith(prefix) || overdue.includes(id));
      const toWake: string[] = [];
      for (const batch of await Promise.all(left.map(load))) {
        const dropped = batch && (await putBack(batch, 'claimed', false));
        toWake.push(...(dropped ?? []));
        if (!batch || dropped) continue;
        const message = 'its submitter stopped between the call and its answer';
        if (await lost(batch, message, { onlyOnce: true })) toWake.push(...batch.rows.map(({ runId }) => runId));
      }
      return toWake;
    },
  };
}
