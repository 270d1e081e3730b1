import type { Alert } from './alert.ts';
import type {
  Entry,
  EntryBody,
  JobOutcome,
  Mode,
  RmmJob,
  Scope,
  Subject,
  TicketRef,
  ToolCall,
  WriteOutcome,
} from './journal.ts';

export type RunPhase = 'queued' | 'running' | 'parked' | 'concluded';

export interface RunUsage {
  modelCalls: number;
  promptTokens: number;
  completionTokens: number;
  toolCalls: number;
  writes: number;
  rmmJobs: number;
  /**
   * Requests that the run sent upstream itself. Those of batches and of polls serve many runs and are in none. Null: not
   * counted, because the run has not begun or is older than the count.
   */
  upstreamCalls: number | null;
}

type EntryOf<T extends EntryBody['type']> = Extract<Entry, { type: T }>;

export interface Intent {
  tool: string;
  args: unknown;
  writeKey: string;
  marker: string;
  at: string;
  /** The RMM action in whose queue or batch the write is, null for a call of its own. */
  batch: string | null;
  /** From this moment on no worker of ours waits for the write's answer any more; null: one may. */
  lostAt: string | null;
  /** How often the write has been intended: more than once only after it was proved absent. */
  tries: number;
}

export interface JobResult {
  step: number;
  outcome: JobOutcome;
  message: string;
  ticket: TicketRef | null;
}

/** Where one tool call stands. A call without `result` is still owed one. */
export interface CallState {
  id: string;
  name: string;
  arguments: string;
  by: 'model' | 'service';
  intent: Intent | null;
  job: RmmJob | null;
  result: CallResult | null;
}

export type CallResult =
  | { kind: 'read'; step: number; data: unknown }
  | { kind: 'error'; step: number; code: string; message: string }
  | {
      kind: 'write';
      step: number;
      outcome: Exclude<WriteOutcome, 'not_sent'>;
      message: string;
      data: unknown;
      ticket: TicketRef | null;
    }
  | ({ kind: 'job' } & JobResult);

export interface Turn {
  content: string;
  calls: ToolCall[];
  /** The sender reported recovery while this turn was being worked on. */
  sourceResolvedAfter: boolean;
}

export interface RunState {
  subject: Subject;
  mode: Mode;
  phase: RunPhase;
  scope: { step: number; scope: Scope } | null;
  turns: Turn[];
  /** Every tool call of the run in the order it was made, by call id. */
  calls: ReadonlyMap<string, CallState>;
  sourceResolved: boolean;
  /** Who asked the run to stop. */
  cancelledBy: string | null;
  /** Tickets that a person has taken up since the run looked at them: only notes may still be written there. */
  touched: ReadonlyMap<number, EntryOf<'person_touched'>>;
  /** Times in a row that the run was put off because the model could not be reached. */
  modelFailures: number;
  concluded: EntryOf<'concluded'> | null;
  startedAt: string | null;
  usage: RunUsage;
  /** How many entries were folded: a longer journal holds news. */
  length: number;
}

/** Rebuilds a run from its journal. Pure; throws when the journal does not begin with `queued`. */
export function fold(entries: readonly Entry[]): RunState {
  const first = entries[0];
  if (first?.type !== 'queued') throw new Error('a journal begins with a queued entry');
  const jobResults = new Map<string, JobResult>();
  const calls = new Map<string, CallState>();
  const state: RunState = {
    subject: first.subject,
    mode: first.mode,
    phase: 'queued',
    scope: null,
    turns: [],
    calls,
    sourceResolved: false,
    cancelledBy: null,
    touched: new Map(),
    modelFailures: 0,
    concluded: null,
    startedAt: null,
    usage: {
      modelCalls: 0,
      promptTokens: 0,
      completionTokens: 0,
      toolCalls: 0,
      writes: 0,
      rmmJobs: 0,
      upstreamCalls: null,
    },
    length: entries.length,
  };
  for (const entry of entries) apply(state, calls, jobResults, entry);
  for (const call of calls.values()) {
    const finished = call.job && jobResults.get(call.job.transactionId);
    if (finished) call.result = { kind: 'job', ...finished };
  }
  return state;
}

function apply(state: RunState, calls: Map<string, CallState>, jobs: Map<string, JobResult>, entry: Entry): void {
  const { step, upstreamCalls } = entry;
  if (upstreamCalls !== undefined) state.usage.upstreamCalls = (state.usage.upstreamCalls ?? 0) + upstreamCalls;
  switch (entry.type) {
    case 'queued':
      return;
    case 'started':
      // Whoever worked on the run before has not come back: it may have died between a call and its outcome.
      if (state.phase === 'running') loseAnswers(calls, entry.at);
      state.startedAt ??= entry.at;
      state.phase = 'running';
      return;
    case 'suspended':
      loseAnswers(calls, entry.at);
      state.phase = 'parked';
      if (entry.reason === 'model_unavailable') state.modelFailures += 1;
      return;
    case 'scope_resolved':
      state.scope = { step, scope: entry.scope };
      return;
    case 'model_answered':
      state.turns.push({ content: entry.content, calls: entry.toolCalls, sourceResolvedAfter: false });
      for (const call of entry.toolCalls) openCall(calls, call, 'model');
      state.modelFailures = 0;
      state.usage.modelCalls += 1;
      state.usage.toolCalls += entry.toolCalls.length;
      state.usage.promptTokens += entry.usage.promptTokens;
      state.usage.completionTokens += entry.usage.completionTokens;
      return;
    case 'service_called':
      openCall(calls, entry.call, 'service');
      return;
    case 'read_done':
      settle(calls, entry.callId, { kind: 'read', step, data: entry.data });
      return;
    case 'call_refused':
    case 'read_failed':
      settle(calls, entry.callId, { kind: 'error', step, code: entry.code, message: entry.message });
      return;
    case 'write_intended': {
      const call = calls.get(entry.callId);
      if (call) call.intent = { ...entry, lostAt: null, tries: (call.intent?.tries ?? 0) + 1 };
      return;
    }
    case 'write_done': {
      const call = calls.get(entry.callId);
      if (call && entry.outcome === 'not_sent') call.intent = null;
      if (entry.outcome === 'done') state.usage.writes += 1;
      if (entry.outcome !== 'not_sent')
        settle(calls, entry.callId, { ...entry, kind: 'write', outcome: entry.outcome });
      return;
    }
    case 'rmm_job_submitted': {
      const call = calls.get(entry.callId);
      if (call) call.job = entry.job;
      state.usage.writes += 1;
      state.usage.rmmJobs += 1;
      return;
    }
    case 'rmm_submit_lost': {
      const intent = calls.get(entry.callId)?.intent;
      if (intent) Object.assign(intent, { batch: null, lostAt: entry.at });
      return;
    }
    case 'rmm_job_finished':
      // A fact from outside may be written twice; the first one counts.
      if (!jobs.has(entry.transactionId)) jobs.set(entry.transactionId, { ...entry });
      return;
    case 'cancel_requested':
      state.cancelledBy ??= entry.by;
      return;
    case 'person_touched':
      state.touched = new Map([...state.touched, [entry.ticketId, entry]]);
      return;
    case 'source_resolved': {
      state.sourceResolved = true;
      const turn = state.turns.at(-1);
      if (turn) turn.sourceResolvedAfter = true;
      return;
    }
    case 'concluded':
      state.concluded ??= entry;
      state.phase = 'concluded';
      return;
  }
}

function openCall(calls: Map<string, CallState>, call: ToolCall, by: CallState['by']): void {
  calls.set(call.id, { ...call, by, intent: null, job: null, result: null });
}

/** Calls of their own that have no outcome when their owner stops. Rows of a batch are their submitter's to tell of. */
function loseAnswers(calls: Map<string, CallState>, at: string): void {
  for (const { intent, result } of calls.values()) {
    if (intent && !result && intent.batch === null) intent.lostAt ??= at;
  }
}

function settle(calls: Map<string, CallState>, callId: string, result: CallResult): void {
  const call = calls.get(callId);
  if (call) call.result ??= result;
}

/** Null for a task. */
export const alertOf = ({ subject }: RunState): Alert | null => (subject.kind === 'alert' ? subject.alert : null);

export const pendingCalls = (state: RunState): CallState[] =>
  [...state.calls.values()].filter((call) => call.result === null);

/** Is the write in the queue of its RMM action, or in a batch whose answer has not come? */
export const isQueued = ({ intent, job, result }: CallState): boolean =>
  intent?.batch != null && job === null && result === null;

/** The RMM actions for whose next batch the run waits. */
export const pendingBatches = (state: RunState): string[] => [
  ...new Set(pendingCalls(state).flatMap((call) => (isQueued(call) ? (call.intent?.batch ?? []) : []))),
];

export const pendingJobs = (state: RunState): RmmJob[] => pendingCalls(state).flatMap((call) => call.job ?? []);
