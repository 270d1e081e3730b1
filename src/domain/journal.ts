import { z } from 'zod';
import { alertSchema } from './alert.ts';
import { taskSchema } from './task.ts';

/**
 * The entries of a run's journal. They are a run's only state: all that is known about it is a fold over them (`fold.ts`).
 * Entries are only ever added. `journal-codec.ts` writes them as JSON and reads them back, those of older releases too.
 */

export const modeSchema = z.enum(['observe', 'auto']);
export type Mode = z.infer<typeof modeSchema>;

export const dispositionSchema = z.enum(['resolved', 'ticketed', 'escalated', 'no_action', 'inconclusive']);
export type Disposition = z.infer<typeof dispositionSchema>;

export const ticketRefSchema = z.object({ id: z.number().int(), number: z.string() });
export type TicketRef = z.infer<typeof ticketRefSchema>;

const foundTicketSchema = ticketRefSchema.extend({
  title: z.string(),
  status: z.string(),
  statusId: z.number().int(),
  /** BMS's value when the run read the ticket: another value means that the ticket has been changed since. */
  modifiedOn: z.string().nullish(),
  /** When the run asked BMS for this ticket, ISO 8601; absent when the answer may be older than the request. */
  readAt: z.string().nullish(),
});

/** What the run may touch: derived by the service from the alert or the task, never by the model. */
export const scopeSchema = z.object({
  account: z.object({ id: z.number().int(), name: z.string() }).nullable(),
  asset: z.object({ id: z.number().int(), name: z.string() }).nullable(),
  /** The open ticket that BMS holds for this alert, or the ticket that the task names. */
  ticket: foundTicketSchema.extend({ details: z.string(), occurrences: z.number().int() }).nullable(),
  /** Other open tickets on the alert's own asset. */
  otherTickets: z.array(foundTicketSchema),
  /** Why an account, asset or ticket is missing, for the technician and the model. */
  reason: z.string().nullable(),
});
export type Scope = z.infer<typeof scopeSchema>;

/** What a run works on: the alert that opened an incident, or a task that a person asked for. */
export const subjectSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('alert'), incidentId: z.string(), alert: alertSchema }),
  z.object({ kind: z.literal('task'), task: taskSchema }),
]);
export type Subject = z.infer<typeof subjectSchema>;

export const toolCallSchema = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
export type ToolCall = z.infer<typeof toolCallSchema>;

const usageSchema = z.object({ promptTokens: z.number(), completionTokens: z.number() });

/**
 * `described`: the mode forbids the write, so it was only written down. `not_sent`: it may be called again. `as_wanted`:
 * its answer is lost, but BMS is as the write would have left it; who did that is unknown.
 */
export const writeOutcomeSchema = z.enum(['done', 'refused', 'described', 'not_sent', 'as_wanted', 'undecidable']);
export type WriteOutcome = z.infer<typeof writeOutcomeSchema>;

export const jobOutcomeSchema = z.enum(['succeeded', 'failed', 'unknown']);
export type JobOutcome = z.infer<typeof jobOutcomeSchema>;

/**
 * Where a job's status is read. `tickets`, `assets`: BMS, which has a status path for each; `remedy`: Datto RMM, or the
 * operator's own receiver.
 */
export const jobFamilySchema = z.enum(['tickets', 'assets', 'remedy']);
export type JobFamily = z.infer<typeof jobFamilySchema>;

export const rmmJobSchema = z.object({
  transactionId: z.string(),
  /** BMS's ids are larger than the integers that JavaScript keeps exactly, so they stay strings. */
  jobId: z.string(),
  family: jobFamilySchema,
  /** The moment after which a job that has not reported counts as unknown. ISO 8601. */
  deadline: z.string(),
});
export type RmmJob = z.infer<typeof rmmJobSchema>;

const evidenceSchema = z.array(z.object({ step: z.number().int(), finding: z.string() }));

const bodies = [
  z.object({
    type: z.literal('queued'),
    subject: subjectSchema,
    mode: modeSchema,
    /** The concluded run that this one tries again, and who asked for that; null for a first try. */
    retryOf: z.object({ runId: z.string(), by: z.string() }).nullable().default(null),
  }),
  z.object({ type: z.literal('started'), epoch: z.number().int() }),
  z.object({ type: z.literal('scope_resolved'), scope: scopeSchema }),
  z.object({
    type: z.literal('model_answered'),
    model: z.string(),
    content: z.string(),
    toolCalls: z.array(toolCallSchema),
    usage: usageSchema,
    ms: z.number(),
  }),
  /** The service calls a tool on its own account (a hand-over); it passes the same checks as the model's calls. */
  z.object({ type: z.literal('service_called'), call: toolCallSchema }),
  z.object({ type: z.literal('call_refused'), callId: z.string(), code: z.string(), message: z.string() }),
  z.object({ type: z.literal('read_done'), callId: z.string(), data: z.unknown() }),
  z.object({ type: z.literal('read_failed'), callId: z.string(), code: z.string(), message: z.string() }),
  z.object({
    type: z.literal('write_intended'),
    callId: z.string(),
    tool: z.string(),
    /** The validated arguments, exactly as they are about to be used. */
    args: z.unknown().default(null),
    /** Equal for equal writes of one run: the ledger's key. */
    writeKey: z.string(),
    /** What the write leaves in BMS so that it can be found again. */
    marker: z.string(),
    /** The RMM action whose next batch takes this write; null: it is a call of its own. */
    batch: z.string().nullable().default(null),
  }),
  z.object({
    type: z.literal('write_done'),
    callId: z.string(),
    outcome: writeOutcomeSchema,
    message: z.string(),
    data: z.unknown().default(null),
    ticket: ticketRefSchema.nullable(),
  }),
  z.object({
    type: z.literal('rmm_job_submitted'),
    callId: z.string(),
    job: rmmJobSchema,
    /** How many rows, of this and other runs, the one request held; absent for a request of the run's own. */
    rows: z.number().int().optional(),
  }),
  /** The batch with this write was sent and its answer was lost: BMS must be read to find out what became of the write. */
  z.object({ type: z.literal('rmm_submit_lost'), callId: z.string(), message: z.string() }),
  z.object({
    type: z.literal('rmm_job_finished'),
    transactionId: z.string(),
    outcome: jobOutcomeSchema,
    message: z.string(),
    ticket: ticketRefSchema.nullable(),
  }),
  z.object({ type: z.literal('cancel_requested'), by: z.string() }),
  /** A person, or another program, changed the ticket after the run read it. */
  z.object({
    type: z.literal('person_touched'),
    ticketId: z.number().int(),
    what: z.string(),
    by: z.string(),
    at: z.string(),
  }),
  z.object({ type: z.literal('source_resolved'), alertId: z.string() }),
  z.object({ type: z.literal('suspended'), reason: z.string(), until: z.string() }),
  z.object({
    type: z.literal('concluded'),
    disposition: dispositionSchema,
    /** Why it ended this way, in words for a technician. */
    reason: z.string(),
    summary: z.string(),
    evidence: evidenceSchema,
    ticket: ticketRefSchema.nullable(),
    by: z.enum(['model', 'service']),
  }),
] as const;

export const entryBodySchema = z.discriminatedUnion('type', bodies);
export type EntryBody = z.infer<typeof entryBodySchema>;
export type EntryType = EntryBody['type'];

/** What an entry cost. Only entries of the run's owner carry it. */
export interface Cost {
  /** Requests sent upstream since the owner's entry before this one; absent where they were not counted. */
  upstreamCalls?: number;
}

/** An entry as it stands in the journal: `step` is its place, from 1; `at` is ISO 8601. */
export type Entry = EntryBody & Cost & { step: number; at: string };

/** How far a journal has been read: the store's id of the last entry read ('0' before any), and its step. */
export interface Place {
  id: string;
  step: number;
}
