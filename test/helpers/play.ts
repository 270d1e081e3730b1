import type { Redis } from 'ioredis';
import type { Model } from '../../src/agent/model.ts';
import type { TicketHints } from '../../src/agent/own-ticket.ts';
import { type TriageDeps, type TriageProgress, triage } from '../../src/agent/triage.ts';
import type { Mode, Subject } from '../../src/domain/journal.ts';
import { type Clock, isoAt } from '../../src/domain/ports.ts';
import type { RunState } from '../../src/domain/run-state.ts';
import type { Bms } from '../../src/kaseya/bms.ts';
import type { RmmAction, RowOf } from '../../src/kaseya/rmm.ts';
import { createJournals, type Journals } from '../../src/store/journal.ts';
import { createRowQueue, type RowQueue } from '../../src/store/row-queue.ts';
import { createTools } from '../../src/tools/bms/index.ts';
import type { WriteDefaults } from '../../src/tools/bms/names.ts';
import { noDefaults } from './bms.ts';

/** What came of a tool call, as the model reads it. */
// biome-ignore lint/suspicious/noExplicitAny: results of many shapes, read by scripts of tests alone
export type ToolResult = any;

export interface Call {
  name: string;
  args: Record<string, unknown>;
}

/** One turn of the model: what it calls, given the latest result of each tool, by the tool's name. */
export type Turn = (resultOf: (name: string) => ToolResult) => Call[];

export interface PlayOptions {
  /** Emptied first: one run at a time. */
  redis: Redis;
  bms: Bms;
  subject: Subject;
  turns: Turn[];
  mode?: Mode;
  defaults?: Partial<WriteDefaults>;
}

/** The journals and the row queue of one Redis, in the caller's time. An action rests for no time between batches. */
export interface PlayStores extends Clock {
  journals: Journals;
  rows: RowQueue;
}

export function playStores(redis: Redis, { now }: Clock): PlayStores {
  const options = { retentionDays: 1, now };
  return {
    now,
    journals: createJournals(redis, options),
    rows: createRowQueue(redis, { ...options, pace: { firstMs: 0, longestMs: 0 } }),
  };
}

const jobDeadlineMs = 60_000;

/** Sends the action's queued rows as one batch, as its submitter would. */
export async function submitRows(action: string, bms: Bms, { rows, now }: PlayStores): Promise<void> {
  const claim = await rows.claim(action, `batch-${action}-${now()}`, jobDeadlineMs);
  if (claim.kind !== 'claimed') throw new Error(`the rows of ${action} cannot be claimed: ${claim.kind}`);
  const { batch } = claim;
  if (!(await rows.mayBeSent(batch.id, jobDeadlineMs))) throw new Error(`batch ${batch.id} has been taken away`);
  const job = await bms.rmm.submit(action as RmmAction, batch.rows.map(({ row }) => row) as RowOf<RmmAction>[]);
  await rows.becameJob(batch, job, isoAt(now() + jobDeadlineMs));
}

/** Reads each job once, and adds what it reports to the run's journal, as its poller would. */
async function pollJobs(runId: string, { jobs }: Suspended, bms: Bms, { journals }: PlayStores): Promise<void> {
  for (const { family, jobId, transactionId } of jobs) {
    if (family === 'remedy') continue;
    const verdict = (await bms.jobs.read(family, jobId))(transactionId);
    if (verdict) await journals.addFact(runId, { type: 'rmm_job_finished', transactionId, ...verdict });
  }
}

type Suspended = Extract<TriageProgress, { kind: 'suspended' }>;

/**
 * Works on a run to its end, with a model that follows a script and fails when it is asked more. The journal and the
 * rows are real ones, in Redis; each turn takes the run over from the one before. Time passes when the run waits for it.
 */
export async function playRun(options: PlayOptions): Promise<RunState> {
  const { redis, bms, subject, turns, mode = 'auto' } = options;
  const runId = 'run-0001';
  let clock = Date.now();
  await redis.flushall();
  const stores = playStores(redis, { now: () => clock });
  const { journals } = stores;
  await (await journals.own(runId)).append({ type: 'queued', subject, mode, retryOf: null });
  const tools = createTools({ bms, defaults: { ...noDefaults, ...options.defaults }, kaseyaOne: null });
  const deps: TriageDeps = {
    bms,
    model: scripted(turns),
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    accounts: {},
    budget: { steps: 50, tokens: 1e9, writes: 100, wallMs: 1e9, modelFailures: 5 },
    escalationQueue: 'Tier 3 Escalation',
    jobDeadlineMs,
    readBackMs: 60_000,
    absentAfterMs: 60_000,
    touchReads: bms.tickets,
    freshMs: 0,
    hints: noHints,
    now: stores.now,
  };
  for (;;) {
    const progress = await triage(await journals.own(runId), deps, new AbortController().signal);
    if (progress.kind === 'concluded') return progress.state;
    for (const action of progress.batches) await submitRows(action, bms, stores);
    await pollJobs(runId, progress, bms, stores);
    if (progress.jobs.length + progress.batches.length === 0) clock = Math.max(clock, progress.until);
  }
}

function scripted(turns: readonly Turn[]): Model {
  const left = [...turns];
  return {
    async ask(messages) {
      const names = new Map(
        messages.flatMap((message) =>
          message.role === 'assistant' ? message.toolCalls.map(({ id, name }) => [id, name] as const) : [],
        ),
      );
      const resultOf = (wanted: string) => {
        const last = messages.findLast((message) => message.role === 'tool' && names.get(message.callId) === wanted);
        return last ? JSON.parse(last.content) : null;
      };
      const turn = left.shift();
      if (!turn) throw new Error(`the script is over; last message: ${messages.at(-1)?.content}`);
      const toolCalls = turn(resultOf).map(({ name, args }) => ({ name, arguments: JSON.stringify(args) }));
      return { model: 'script', content: '', toolCalls, usage: { promptTokens: 1, completionTokens: 1 }, ms: 1 };
    },
  };
}

export const conclude = (disposition: string, evidence: number[] = []): Call => ({
  name: 'conclude',
  args: {
    disposition,
    reason: 'as scripted',
    summary: 'as scripted',
    evidence: evidence.map((step) => ({ step, finding: 'seen' })),
  },
});

export const taskOf = (text: string, about: { account?: string; ticketNumber?: string }): Subject => ({
  kind: 'task',
  task: {
    ...{ text, account: about.account ?? null, ticketNumber: about.ticketNumber ?? null },
    ...{ requestedBy: 'dana', receivedAt: '2026-11-25T10:00:00.000Z' },
  },
});

/** Nothing is known of any alert's ticket. */
export const noHints: TicketHints = { find: async () => null, remember: async () => {} };
