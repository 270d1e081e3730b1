import { z } from 'zod';
import {
  type Disposition,
  dispositionSchema,
  type RmmJob,
  type TicketRef,
  type WriteOutcome,
} from '../domain/journal.ts';
import { type CallState, pendingJobs, type RunState } from '../domain/run-state.ts';
import { isHandOverTool, isOpener, isResolver } from '../tools/facts.ts';

export const concludeName = 'conclude';

/** The only way for the model to end a run. Its claims are checked against the journal before they count. */
export const concludeTool = {
  name: concludeName,
  description:
    'Ends the run. "resolved": this run closed the ticket and the result said so. "ticketed": an open ticket holds the fault and nothing more is needed from triage. "escalated": a person must take over. "no_action": nothing is wrong any more, and nothing had to be written or a write ended "as_wanted": BMS is as it should be, but it is not known who did that. "inconclusive": you could not find out. Evidence names the steps (the "step" of tool results) that your conclusion rests on.',
  input: z.strictObject({
    disposition: dispositionSchema,
    reason: z.string().min(1).max(500).describe('one sentence: why this disposition'),
    summary: z.string().min(1).max(4000).describe('for the technician: what fired, what was found, what was done'),
    evidence: z.array(z.strictObject({ step: z.number().int(), finding: z.string().min(1).max(500) })).max(20),
  }),
};

export type Conclusion = z.infer<typeof concludeTool.input>;

/** Why this conclusion does not hold, in words that let the model correct it; null when it holds. */
export function objectionTo(conclusion: Conclusion, state: RunState): { code: string; message: string } | null {
  if (pendingJobs(state).length > 0) {
    return { code: 'rmm_job_pending', message: 'an RMM job of this run has not reported: wait for its result' };
  }
  const known = evidenceSteps(state);
  const invented = conclusion.evidence.filter(({ step }) => !known.has(step)).map(({ step }) => step);
  if (invented.length > 0) {
    const message = `evidence names steps that are no findings of this run: ${invented.join(', ')}; there are: ${[...known].join(', ')}`;
    return { code: 'unknown_evidence', message };
  }
  if (conclusion.disposition === 'resolved' && !isDone(state)) {
    const message =
      state.subject.kind === 'task'
        ? 'no verified success: "resolved" needs writes whose results say that they succeeded, and none in doubt'
        : 'no verified success: "resolved" needs a resolve call whose result says that it succeeded';
    return { code: 'not_verified', message };
  }
  if (conclusion.disposition === 'no_action' && !hasOwnEvidence(conclusion, state)) {
    const message = '"no_action" needs evidence: a result of this run\'s own calls that shows that nothing is wrong';
    return { code: 'no_evidence', message };
  }
  if (conclusion.disposition === 'ticketed' && !hasOpenTicket(state)) {
    return { code: 'no_ticket', message: 'no open ticket is known to this run' };
  }
  return null;
}

/** An alert needs evidence beyond what the service found at the start, or the sender's own report of recovery. */
const hasOwnEvidence = ({ evidence }: Conclusion, state: RunState): boolean =>
  state.subject.kind === 'task' || state.sourceResolved || evidence.some(({ step }) => step !== state.scope?.step);

const evidenceSteps = (state: RunState): Set<number> => {
  const steps = [...state.calls.values()].flatMap(({ result }) =>
    result && result.kind !== 'error' ? [result.step] : [],
  );
  return new Set([...(state.scope ? [state.scope.step] : []), ...steps]);
};

const succeeded = ({ result }: CallState): boolean =>
  (result?.kind === 'job' && result.outcome === 'succeeded') || (result?.kind === 'write' && result.outcome === 'done');

const doubtful = ({ result }: CallState): boolean =>
  (result?.kind === 'job' && result.outcome !== 'succeeded') ||
  (result?.kind === 'write' && result.outcome === 'undecidable');

/** At least one such call succeeded, and none after it ended in doubt. */
function isProven(state: RunState, isOfKind: (tool: string) => boolean): boolean {
  const last = [...state.calls.values()]
    .filter((call) => isOfKind(call.name) && (succeeded(call) || doubtful(call)))
    .at(-1);
  return last !== undefined && succeeded(last);
}

/** An alert is resolved by its ticket's close. A task asks for anything: whatever was written must have succeeded. */
function isDone(state: RunState): boolean {
  if (state.subject.kind === 'alert') return isProven(state, isResolver);
  const calls = [...state.calls.values()];
  return calls.some(succeeded) && !calls.some(doubtful);
}

const hasOpenTicket = ({ scope, ...state }: RunState): boolean =>
  scope?.scope.ticket != null || (scope?.scope.otherTickets.length ?? 0) > 0 || isProven({ scope, ...state }, isOpener);

const undecided = ({ result }: CallState): boolean =>
  (result?.kind === 'job' && result.outcome === 'unknown') ||
  (result?.kind === 'write' && result.outcome === 'undecidable');

/** A ticket that this run wanted to open may exist: the outcome of the call is unknown. */
export const mayHaveOpened = ({ calls }: RunState): boolean =>
  [...calls.values()].some((call) => isOpener(call.name) && undecided(call));

/** The run's ticket: the one that a write or a job changed last, else the alert's own. Never what the model says. */
export function ticketOf(state: RunState): TicketRef | null {
  const results = [...state.calls.values()].map(({ result }) => result);
  const touched = results.flatMap((result) =>
    result?.kind === 'job' || result?.kind === 'write' ? (result.ticket ?? []) : [],
  );
  const own = state.scope?.scope.ticket;
  return touched.at(-1) ?? (own ? { id: own.id, number: own.number } : null);
}

/** True when it is unknown whether this run made the change. */
const isUnclaimed = (outcome: WriteOutcome): boolean => outcome === 'undecidable' || outcome === 'as_wanted';

/**
 * The facts that a reason must not leave out: what failed, what is unknown and, for "resolved", the proof.
 * Code writes them from the journal; they come before the model's own words.
 */
export function factsFor(disposition: Disposition, state: RunState): string[] {
  return [...state.calls.values()].flatMap((call) => {
    const { result, job } = call;
    if (result?.kind === 'write' && isUnclaimed(result.outcome)) return [`${call.name}: ${result.message}`];
    if (result?.kind !== 'job' || !job) return [];
    const remedy = remedyIn(job);
    if (result.outcome === 'unknown') return [`${remedy ?? `RMM job ${job.jobId}`} is unverified: ${result.message}`];
    if (remedy) return result.outcome === 'failed' ? [`${remedy} failed: "${result.message}"`] : [];
    if (result.outcome === 'failed')
      return [`RMM job ${job.jobId} ended, but this run's row failed: "${result.message}"`];
    return disposition === 'resolved'
      ? [`verified: RMM job ${job.jobId} reported "${result.message}" for this run's row`]
      : [];
  });
}

/** The service makes a remedy's job id, which begins with the remedy's name. The rest of it means nothing to people. */
const remedyIn = ({ family, jobId }: RmmJob): string | null =>
  family === 'remedy' ? `remedy "${decodeURIComponent(jobId.split('/', 1)[0] ?? '')}"` : null;

/** Has this run already put a ticket before people? (Where the mode forbids that, describing it counts.) */
export const hasHandedOver = (state: RunState): boolean =>
  [...state.calls.values()].some(
    ({ name, result }) =>
      isHandOverTool(name) && result?.kind === 'write' && (result.outcome === 'done' || result.outcome === 'described'),
  );
