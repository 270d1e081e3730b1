import type { Entry, ToolCall } from './journal.ts';
import type { CallResult, CallState, JobResult, RunState } from './run-state.ts';

type Queued = Extract<Entry, { type: 'queued' }>;
type ModelAnswered = Extract<Entry, { type: 'model_answered' }>;

/** A state as it is being built: its calls are still written to, and job results wait for their calls. */
interface Draft {
  state: RunState;
  calls: Map<string, CallState>;
  /** By transaction id: a job may report before its submission is in the journal. */
  jobResults: Map<string, JobResult>;
}

/** Rebuilds a run from its journal. Pure. Throws `Error` when the journal does not begin with `queued`. */
export function fold(entries: readonly Entry[]): RunState {
  const first = entries[0];
  if (first?.type !== 'queued') throw new Error('a journal begins with a queued entry');
  const draft = draftOf(first, entries.length);
  for (const entry of entries) apply(entry, draft);
  for (const call of draft.calls.values()) {
    const finished = call.job && draft.jobResults.get(call.job.transactionId);
    if (finished) call.result = { kind: 'job', ...finished };
  }
  return draft.state;
}

function draftOf(first: Queued, length: number): Draft {
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
      ...{ modelCalls: 0, promptTokens: 0, completionTokens: 0 },
      ...{ toolCalls: 0, writes: 0, rmmJobs: 0, upstreamCalls: null },
    },
    length,
  };
  return { state, calls, jobResults: new Map() };
}

function apply(entry: Entry, { state, calls, jobResults }: Draft): void {
  const { step, upstreamCalls } = entry;
  if (upstreamCalls !== undefined) state.usage.upstreamCalls = (state.usage.upstreamCalls ?? 0) + upstreamCalls;
  switch (entry.type) {
    case 'queued':
      return;
    case 'started':
      // The worker before this one did not suspend the run: it may have died between a call and its outcome.
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
      addTurn(entry, state, calls);
      return;
    case 'service_called':
      openCall(calls, entry.call, 'service');
      return;
    case 'read_done':
      setResult(calls, entry.callId, { kind: 'read', step, data: entry.data });
      return;
    case 'call_refused':
    case 'read_failed':
      setResult(calls, entry.callId, { kind: 'error', step, code: entry.code, message: entry.message });
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
        setResult(calls, entry.callId, { ...entry, kind: 'write', outcome: entry.outcome });
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
      if (!jobResults.has(entry.transactionId)) jobResults.set(entry.transactionId, { ...entry });
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

function addTurn(answer: ModelAnswered, state: RunState, calls: Draft['calls']): void {
  const { usage } = state;
  state.turns.push({ content: answer.content, calls: answer.toolCalls, sourceResolvedAfter: false });
  for (const call of answer.toolCalls) openCall(calls, call, 'model');
  state.modelFailures = 0;
  usage.modelCalls += 1;
  usage.toolCalls += answer.toolCalls.length;
  usage.promptTokens += answer.usage.promptTokens;
  usage.completionTokens += answer.usage.completionTokens;
}

function openCall(calls: Map<string, CallState>, call: ToolCall, by: CallState['by']): void {
  calls.set(call.id, { ...call, by, intent: null, job: null, result: null });
}

/** Marks the run's own requests that have no outcome when their owner stops. The submitter reports on rows of a batch. */
function loseAnswers(calls: Map<string, CallState>, at: string): void {
  for (const { intent, result } of calls.values()) {
    if (intent && !result && intent.batch === null) intent.lostAt ??= at;
  }
}

/** The first result counts. */
function setResult(calls: Map<string, CallState>, callId: string, result: CallResult): void {
  const call = calls.get(callId);
  if (call) call.result ??= result;
}
