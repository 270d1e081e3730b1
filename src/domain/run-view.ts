import { fold } from './fold.ts';
import type { Disposition, Entry, Subject, TicketRef } from './journal.ts';
import { alertOf, type RunPhase, type RunUsage } from './run-state.ts';
import type { Task } from './task.ts';

/** One line of a run's timeline. `detail` is the journal entry without its bookkeeping. */
export interface RunStep {
  step: number;
  at: string;
  type: string;
  what: string;
  detail: unknown;
}

/** A run as `/v1/runs/:id` shows it. Times are ISO 8601; null fields are not known yet, or do not apply. */
export interface Run {
  id: string;
  /** Null for a task. */
  incidentId: string | null;
  state: RunPhase;
  disposition: Disposition | null;
  reason: string | null;
  summary: string | null;
  ticket: TicketRef | null;
  connection: string | null;
  alertKey: string | null;
  /** What a person asked for; null for an alert. */
  task: Task | null;
  /** The run that this one tries again. */
  retryOf: string | null;
  mode: string;
  startedAt: string | null;
  endedAt: string | null;
  usage: RunUsage;
  steps: RunStep[];
}

/** The run as its journal records it. Null for an empty journal: there is no such run. */
export function viewRun(id: string, entries: readonly Entry[]): Run | null {
  if (entries.length === 0) return null;
  const state = fold(entries);
  const { concluded, subject, scope } = state;
  const alert = alertOf(state);
  const own = scope?.scope.ticket;
  return {
    id,
    incidentId: subject.kind === 'alert' ? subject.incidentId : null,
    state: state.phase,
    disposition: concluded?.disposition ?? null,
    reason: concluded?.reason ?? null,
    summary: concluded?.summary ?? null,
    ticket: concluded?.ticket ?? (own ? { id: own.id, number: own.number } : null),
    connection: alert?.connection ?? null,
    alertKey: alert?.alertKey ?? null,
    task: subject.kind === 'task' ? subject.task : null,
    retryOf: entries[0]?.type === 'queued' ? (entries[0].retryOf?.runId ?? null) : null,
    mode: state.mode,
    startedAt: state.startedAt,
    endedAt: concluded?.at ?? null,
    usage: state.usage,
    steps: entries.map(viewStep),
  };
}

/** One line of the timeline, which needs no other entry of its journal. */
export function viewStep(entry: Entry): RunStep {
  const { step, at, type, ...detail } = entry;
  return { step, at, type, what: describeEntry(entry) + describeCost(entry), detail };
}

/** A read without a request of its own used the answer that another run had just received. */
function describeCost({ type, upstreamCalls }: Entry): string {
  if (upstreamCalls === undefined) return '';
  if (upstreamCalls > 0) return ` (${upstreamCalls} call${upstreamCalls === 1 ? '' : 's'} upstream)`;
  return type === 'read_done' || type === 'scope_resolved' ? ' (no call upstream)' : '';
}

/** All rows share the one request and the polls after it; no run counts them. */
const describeRows = (rows = 1): string => (rows > 1 ? `, one request for ${rows} rows` : '');

const describeSubject = (subject: Subject): string =>
  subject.kind === 'alert'
    ? `alert "${subject.alert.title}" from ${subject.alert.connection}`
    : `task of ${subject.task.requestedBy}: ${subject.task.text}`;

/** One entry in a technician's words. */
function describeEntry(entry: Entry): string {
  switch (entry.type) {
    case 'queued':
      return describeSubject(entry.subject);
    case 'started':
      return `worker took the run (epoch ${entry.epoch})`;
    case 'scope_resolved': {
      const { account, asset, ticket, reason } = entry.scope;
      if (!account) return `no scope: ${reason}`;
      return `account "${account.name}", asset ${asset?.name ?? 'unknown'}, ticket ${ticket?.number ?? 'none'}`;
    }
    case 'model_answered':
      return `model proposed: ${entry.toolCalls.map((call) => call.name).join(', ') || 'no call'} (${entry.usage.promptTokens + entry.usage.completionTokens} tokens, ${entry.ms} ms)`;
    case 'service_called':
      return `service calls ${entry.call.name}`;
    case 'call_refused':
      return `refused (${entry.code}): ${entry.message}`;
    case 'read_done':
      return 'read done';
    case 'read_failed':
      return `read failed (${entry.code}): ${entry.message}`;
    case 'write_intended':
      return entry.batch ? `about to write, with the next batch: ${entry.tool}` : `about to write: ${entry.tool}`;
    case 'write_done':
      return `write ${entry.outcome.replace('_', ' ')}: ${entry.message}`;
    case 'rmm_job_submitted':
      return `BMS took it as RMM job ${entry.job.jobId}${describeRows(entry.rows)}`;
    case 'rmm_submit_lost':
      return `the answer to the batch was lost: ${entry.message}`;
    case 'rmm_job_finished':
      return `RMM job row ${entry.outcome}: ${entry.message}`;
    case 'cancel_requested':
      return `${entry.by} cancelled the run`;
    case 'person_touched':
      return `${entry.by} took up ticket ${entry.ticketId} (${entry.what}, ${entry.at}): only notes from now on`;
    case 'source_resolved':
      return 'the sender reported recovery';
    case 'suspended':
      return `waits without a slot (${entry.reason}) until ${entry.until}`;
    case 'concluded':
      return `${entry.disposition}: ${entry.reason}`;
  }
}
