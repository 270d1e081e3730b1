import { isTransient, RetryableError, TerminalError, UpstreamError } from '../domain/errors.ts';
import type { Entry, EntryBody, RmmJob } from '../domain/journal.ts';
import { fold, isQueued, pendingBatches, pendingCalls, pendingJobs, type RunState } from '../domain/run-state.ts';
import type { RmmRow } from '../kaseya/rmm.ts';
import { offered } from '../tools/facts.ts';
import { traceOf, type WriteIntended } from '../tools/ledger.ts';
import { advanceCall } from '../tools/seam.ts';
import { specOf, type Tool } from '../tools/tool.ts';
import type { TouchDeps } from '../tools/touch.ts';
import { exhausted, maxCallsPerTurn, modelComesTooLate, outlasts, type RunBudget } from './budget.ts';
import { concludeName, concludeTool } from './conclude.ts';
import { type GatherDeps, gather } from './gather.ts';
import {
  concludeByModel,
  concludeByService,
  concludeCancelled,
  concludeRecovered,
  concludeUnworked,
  isHandOver,
} from './hand-over.ts';
import type { Model } from './model.ts';
import { messagesFor } from './prompt.ts';

/** The run's journal, owned by this worker: an append fails once another worker has taken over. */
export interface RunJournal {
  readonly runId: string;
  readonly epoch: number;
  read(): Promise<Entry[]>;
  append(body: EntryBody): Promise<void>;
  /** Appends the intent and queues the row for its action's next batch, in one step. */
  queueRow(intent: WriteIntended, transactionId: string, item: RmmRow): Promise<void>;
  /** Takes a row out of its queue and settles its call. False: it is on its way already. */
  dropRow(row: { callId: string; transactionId: string; action: string }, reason: string): Promise<boolean>;
  /** Throws once another worker has taken over. */
  check(): Promise<void>;
}

export type TriageProgress =
  | { kind: 'concluded'; state: RunState }
  /** Nothing to do before `until` (ms since the epoch), unless the journal grows beyond `journalLength`. */
  | { kind: 'suspended'; reason: string; until: number; journalLength: number; jobs: RmmJob[]; batches: string[] };

export interface TriageDeps extends GatherDeps, TouchDeps {
  model: Model;
  tools: ReadonlyMap<string, Tool>;
  budget: RunBudget;
  escalationQueue: string;
  jobDeadlineMs: number;
  readBackMs: number;
  absentAfterMs: number;
}

interface Wait {
  reason: string;
  until: number;
}

/**
 * Works on a run until it concludes or has to wait. Each round folds the journal, does the one thing that is due and
 * appends what came of it; so after any crash the run goes on from where its journal ends.
 */
export async function triage(owned: RunJournal, deps: TriageDeps, signal: AbortSignal): Promise<TriageProgress> {
  const journal = counting(owned);
  const look = async () => fold(await journal.read());
  if (!(await look()).concluded) await journal.append({ type: 'started', epoch: journal.epoch });
  for (;;) {
    const state = await look();
    if (state.concluded) return { kind: 'concluded', state };
    const others = state.length - journal.appended();
    const wait = signal.aborted
      ? shutdown(deps)
      : await nextStep(state, journal, deps, signal).catch(asWait(state, deps));
    if (!wait) continue;
    const { reason, until } = wait;
    await journal.append({ type: 'suspended', reason, until: new Date(until).toISOString() });
    const left = await look();
    const [jobs, batches] = [pendingJobs(left), pendingBatches(left)];
    return { kind: 'suspended', reason, until, journalLength: others + journal.appended(), jobs, batches };
  }
}

/** Counts this worker's own entries: whatever else makes the journal longer is news. */
function counting(journal: RunJournal): RunJournal & { appended(): number } {
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

const shutdown = (deps: TriageDeps): Wait => ({ reason: 'shutting_down', until: deps.now() });

/** Every other wait is shorter: only an upstream that stays away keeps a run this long. */
const patienceMs = 24 * 3_600_000;

const isTooOld = ({ startedAt }: RunState, now: number) =>
  startedAt !== null && now - Date.parse(startedAt) > patienceMs;

/** gather → (ask → act and verify)* → conclude. Answers with a wait when nothing else can be done now. */
async function nextStep(
  state: RunState,
  journal: RunJournal,
  deps: TriageDeps,
  signal: AbortSignal,
): Promise<Wait | null> {
  if (isTooOld(state, deps.now())) return giveUpWaiting(state, journal, deps);
  if (state.cancelledBy !== null) return stop(state, state.cancelledBy, journal, deps);
  if (state.sourceResolved && !hasBegun(state)) return concludeRecovered(journal);
  if (!state.scope) return findScope(state, journal, deps);
  const { account, reason } = state.scope.scope;
  if (state.subject.kind === 'task' && !account) return concludeUnworked(`${reason}: ask again`, journal);
  if (pendingCalls(state).length > 0) return act(state, journal, deps);
  const limit = exhausted(state, deps.budget, deps.now());
  if (limit) return concludeByService(limit.message, state, journal, deps);
  return ask(state, journal, deps, signal);
}

/** Without a model's answer the service may already be telling people: that must be seen through. */
const hasBegun = ({ turns, calls }: RunState): boolean => turns.length > 0 || calls.size > 0;

/** A person cancelled: what was not sent is dropped, what is under way is awaited, then the run is a person's. */
async function stop(state: RunState, by: string, journal: RunJournal, deps: TriageDeps): Promise<Wait | null> {
  const reason = `cancelled by ${by}`;
  await dropRows(state, reason, journal);
  for (const { id, intent, job } of pendingCalls(state)) {
    if (!intent && !job) await journal.append({ type: 'call_refused', callId: id, code: 'cancelled', message: reason });
  }
  const left = fold(await journal.read());
  return pendingCalls(left).length > 0 ? act(left, journal, deps) : concludeCancelled(reason, left, journal);
}

/** Nothing of a run that is over may be sent later. What is in a batch is on its way, and waited for. */
async function giveUpWaiting(state: RunState, journal: RunJournal, deps: TriageDeps): Promise<Wait | null> {
  const reason = 'BMS could not be reached for a day';
  await dropRows(state, reason, journal);
  const isUnderWay = pendingBatches(fold(await journal.read())).length > 0;
  if (isUnderWay) return { reason: 'waiting_for_result', until: deps.now() + betweenDropsMs };
  return concludeUnworked(reason, journal);
}

/** A batch that was not sent puts its rows back into the queue, where they can be dropped. */
const betweenDropsMs = 15_000;

/** Takes out of the queue what has not been claimed for a batch. */
async function dropRows(state: RunState, reason: string, journal: RunJournal): Promise<void> {
  for (const call of pendingCalls(state)) {
    const action = call.intent?.batch;
    const { transactionId } = traceOf({ runId: journal.runId, callId: call.id });
    if (isQueued(call) && action) await journal.dropRow({ callId: call.id, transactionId, action }, reason);
  }
}

async function findScope(state: RunState, journal: RunJournal, deps: TriageDeps): Promise<null> {
  await journal.append({ type: 'scope_resolved', scope: await gather(state.subject, deps) });
  return null;
}

async function ask(state: RunState, journal: RunJournal, deps: TriageDeps, signal: AbortSignal): Promise<null> {
  const specs = [...[...offered(deps.tools, state.subject).values()].map(specOf), specOf(concludeTool)];
  const answer = await deps.model.ask(messagesFor(state), specs, signal).catch((error: unknown) => {
    const reason =
      error instanceof TerminalError ? error.message : modelComesTooLate(error, state, deps.budget, deps.now());
    if (reason === null) throw error;
    return reason;
  });
  if (typeof answer === 'string') return concludeByService(answer, state, journal, deps);
  // Our own ids: a model may repeat its ids from turn to turn, a journal must not.
  const turn = state.turns.length + 1;
  const toolCalls = answer.toolCalls.slice(0, maxCallsPerTurn).map((call, i) => ({ ...call, id: `t${turn}c${i + 1}` }));
  await journal.append({ type: 'model_answered', ...answer, toolCalls });
  return null;
}

/**
 * Works off the open calls in their order. A call that waits holds up no other but the conclusion, which must see
 * every result. The first call to be due ends the wait.
 */
async function act(state: RunState, journal: RunJournal, deps: TriageDeps): Promise<Wait | null> {
  const open = pendingCalls(state);
  const waits: number[] = [];
  for (const { id } of open.filter((call) => call.name !== concludeName)) {
    const current = fold(await journal.read());
    const call = current.calls.get(id);
    if (!call || call.result || !current.scope) continue;
    const context = { runId: journal.runId, callId: id, state: current, scope: current.scope.scope };
    const tools = offered(deps.tools, state.subject);
    const progress = await advanceCall(call, context, { ...deps, ...journal, tools }).catch(async (error: unknown) => {
      const message = outlasts(error, current, deps.budget, deps.now());
      // A write that may have been made must be looked for, and people must be told, however long it takes.
      const mustWait = isHandOver(id) || fold(await journal.read()).calls.get(id)?.intent !== null;
      if (message === null || mustWait) throw error;
      await journal.append({ type: 'call_refused', callId: id, code: 'rate_limited', message });
      return 'done' as const;
    });
    if (progress !== 'done') waits.push(progress.until);
  }
  if (waits.length > 0) return { reason: 'waiting_for_result', until: Math.min(...waits) };
  const conclusion = open.find((call) => call.name === concludeName);
  return conclusion ? concludeByModel(conclusion, fold(await journal.read()), journal, deps) : null;
}

/** How the reasons of those who wait for BMS begin. */
export const waitsForBms = 'bms_';

/** What may work later is waited for without holding a slot; anything else is the queue's to retry. */
const asWait =
  (state: RunState, deps: TriageDeps) =>
  (error: unknown): Wait => {
    const now = deps.now();
    if (error instanceof RetryableError) return { reason: error.code, until: now + waitAfter(error, state) };
    if (!(error instanceof UpstreamError && isTransient(error))) throw error;
    // Waiting as long again as the run has lasted backs off without keeping a count.
    const age = now - Date.parse(state.startedAt ?? new Date(now).toISOString());
    return { reason: `${waitsForBms}${error.code}`, until: now + Math.min(Math.max(age, 5_000), 300_000) };
  };

/** A model that is away gets twice as long after each failure: people are told of an outage, not of a hiccup. */
function waitAfter({ code, retryAfterMs }: RetryableError, { modelFailures }: RunState): number {
  if (code !== 'model_unavailable') return retryAfterMs;
  return Math.max(retryAfterMs, Math.min(retryAfterMs * 2 ** modelFailures, longestModelWaitMs));
}

const longestModelWaitMs = 60_000;

/**
 * Ends a run that keeps failing for reasons that waiting does not mend. A row of it that is in a batch does not come back
 * to the queue: the run is over.
 */
export async function giveUp(journal: RunJournal, reason: string): Promise<RunState> {
  const state = fold(await journal.read());
  if (state.concluded) return state;
  await dropRows(state, reason, journal);
  await concludeUnworked(reason, journal);
  return fold(await journal.read());
}
