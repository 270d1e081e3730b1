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

/** `queued`: no worker has begun. `parked`: the run waits for something and holds no slot. */
export type RunPhase = 'queued' | 'running' | 'parked' | 'concluded';

/** What a run has used up, as its journal shows. */
export interface RunUsage {
  modelCalls: number;
  promptTokens: number;
  completionTokens: number;
  toolCalls: number;
  writes: number;
  rmmJobs: number;
  /**
   * Requests that the run sent upstream itself. Requests for batches and polls serve many runs and are counted in none.
   * Null: not counted, because the run has not begun or is older than the count.
   */
  upstreamCalls: number | null;
}

type EntryOf<T extends EntryBody['type']> = Extract<Entry, { type: T }>;

/** A write that was about to be made, as its `write_intended` entry says. Without an outcome it may have been made. */
export interface Intent {
  tool: string;
  /** The validated arguments. */
  args: unknown;
  /** Equal for equal writes of one run. */
  writeKey: string;
  /** The text that the write leaves in BMS so that it can be found again. */
  marker: string;
  /** When it was intended. ISO 8601. */
  at: string;
  /** The RMM action whose queue or batch holds the write; null: the write is a request of its own. */
  batch: string | null;
  /** Since when no worker waits for the write's answer any more, ISO 8601. Null: one may still wait. */
  lostAt: string | null;
  /** How often the write has been intended: more than once only after it was proved absent. */
  tries: number;
}

/** What became of the run's own row in an RMM job. */
export interface JobResult {
  step: number;
  outcome: JobOutcome;
  message: string;
  ticket: TicketRef | null;
}

/** Where one tool call stands. A call without `result` is pending. */
export interface CallState {
  id: string;
  name: string;
  /** JSON, as the caller wrote it: not validated. */
  arguments: string;
  by: 'model' | 'service';
  intent: Intent | null;
  job: RmmJob | null;
  result: CallResult | null;
}

/** What came of one call. `step` is the number of the journal entry that says so. */
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

/** One answer of the model. */
export interface Turn {
  content: string;
  calls: ToolCall[];
  /** The sender reported recovery while this turn was being worked on. */
  sourceResolvedAfter: boolean;
}

/** All that is known of a run. It is only ever made by `fold`, from the run's journal. */
export interface RunState {
  subject: Subject;
  mode: Mode;
  phase: RunPhase;
  /** What the run may touch, and the step that says so; null until it is known. */
  scope: { step: number; scope: Scope } | null;
  turns: Turn[];
  /** Every tool call of the run in the order it was made, by call id. */
  calls: ReadonlyMap<string, CallState>;
  sourceResolved: boolean;
  /** The name of the person who cancelled the run; null: not cancelled. */
  cancelledBy: string | null;
  /** Tickets, by id, that a person has changed since the run read them: only notes may still be written there. */
  touched: ReadonlyMap<number, EntryOf<'person_touched'>>;
  /** How many times in a row the run was put off because the model could not be reached. */
  modelFailures: number;
  concluded: EntryOf<'concluded'> | null;
  /** When a worker first took the run, ISO 8601; null before that. */
  startedAt: string | null;
  usage: RunUsage;
  /** How many entries were folded. A longer journal holds entries that this state does not know. */
  length: number;
}

/** The alert that the run is about; null for a task. */
export const alertOf = ({ subject }: RunState): Alert | null => (subject.kind === 'alert' ? subject.alert : null);

/** Calls without a result, in the order in which they were made. */
export const pendingCalls = (state: RunState): CallState[] =>
  [...state.calls.values()].filter((call) => call.result === null);

/** Is the write in the queue of its RMM action, or in a batch that has no answer yet? */
export const isQueued = ({ intent, job, result }: CallState): boolean =>
  intent?.batch != null && job === null && result === null;

/** The RMM actions whose next batch holds a row of this run. */
export const pendingBatches = (state: RunState): string[] => [
  ...new Set(pendingCalls(state).flatMap((call) => (isQueued(call) ? (call.intent?.batch ?? []) : []))),
];

/** RMM jobs that have not reported this run's row. */
export const pendingJobs = (state: RunState): RmmJob[] => pendingCalls(state).flatMap((call) => call.job ?? []);
