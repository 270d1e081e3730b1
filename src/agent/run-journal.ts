import type { Entry, EntryBody } from '../domain/journal.ts';
import type { RmmRow } from '../kaseya/rmm.ts';
import type { WriteIntended } from '../tools/ledger.ts';

/** The run's journal, owned by this worker: an append throws `FencedError` once another worker has taken over. */
export interface RunJournal {
  readonly runId: string;
  readonly epoch: number;
  read(): Promise<Entry[]>;
  append(body: EntryBody): Promise<void>;
  /** Appends the intent and queues the row for its action's next batch, in one step. */
  queueRow(intent: WriteIntended, transactionId: string, item: RmmRow): Promise<void>;
  /** Takes a row out of its queue and ends its call with `reason`. False: the row is in a batch already. */
  dropRow(row: { callId: string; transactionId: string; action: string }, reason: string): Promise<boolean>;
  /** Throws `FencedError` once another worker has taken over. */
  check(): Promise<void>;
}

/** The same journal, and how many entries were appended through it. Entries from outside also lengthen the journal. */
export function counting(journal: RunJournal): RunJournal & { appended(): number } {
  let count = 0;
  const counted = async (appending: Promise<void>) => {
    await appending;
    count += 1;
  };
  return {
    ...journal,
    appended: () => count,
    append: (body) => counted(journal.append(body)),
    queueRow: (...row) => counted(journal.queueRow(...row)),
    async dropRow(...row) {
      const dropped = await journal.dropRow(...row);
      if (dropped) count += 1;
      return dropped;
    },
  };
}
