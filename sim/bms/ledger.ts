import type { Effect, Mail, RefusedRow } from './effects.ts';
import { isFinished, type Job, jobWord } from './rmm/job.ts';
import { byId } from './tenant/named.ts';
import type { Note, Ticket } from './ticket.ts';
import type { RequestCounts, SchedulerJob, World } from './world.ts';

export interface Ledger {
  effects: Effect[];
  tickets: ReturnType<typeof ticketView>[];
  jobs: ReturnType<typeof jobView>[];
  requests: RequestCounts;
  refused: RefusedRow[];
  mails: Mail[];
  schedulerJobs: SchedulerJob[];
}

export function readLedger(world: World, now: number): Ledger {
  return {
    effects: world.effects,
    tickets: [...world.tickets.values()].map((ticket) => ticketView(world, ticket)),
    jobs: [...world.jobs.values()].map((job) => jobView(job, now)),
    requests: world.requests,
    refused: world.refused,
    mails: world.mails,
    schedulerJobs: world.schedulerJobs,
  };
}

function ticketView({ tenant }: World, ticket: Ticket) {
  const asset = ticket.assetId === null ? undefined : tenant.assets.get(ticket.assetId);
  return {
    id: ticket.id,
    ticketNumber: ticket.ticketNumber,
    accountId: ticket.accountId,
    accountName: byId(tenant.accounts, ticket.accountId)?.name ?? null,
    alertRefId: ticket.alertRefId,
    title: ticket.title,
    statusName: ticket.status.name,
    resolved: ticket.completedDate !== null,
    priorityName: ticket.priority.name,
    queueName: ticket.queue?.name ?? null,
    /** How many people watch that queue. */
    queueMembers: byId(tenant.queues, ticket.queue?.id)?.memberIds.length ?? 0,
    assigneeName: byId(tenant.employees, ticket.assigneeId)?.name ?? null,
    assetId: ticket.assetId,
    assetName: asset?.name ?? null,
    notes: ticket.notes.map(noteView),
    hours: ticket.timeLogs.reduce((sum, { hours }) => sum + hours, 0),
    todos: ticket.todos.length,
    checklistItems: ticket.checklist.length,
  };
}

function noteView({ id, details, isInternal, type, createdBy, createdOn }: Note) {
  return { id, details, isInternal, typeName: type.name, createdByName: createdBy.name, createdOn };
}

function jobView(job: Job, now: number) {
  return {
    id: job.id,
    family: job.family,
    status: jobWord(job, now),
    finished: isFinished(job, now),
    rows: job.rows.map(({ transactionId, alertRefId, assetId, outcome }) => ({
      ...{ transactionId, alertRefId, assetId },
      ok: outcome?.ok ?? null,
      message: outcome?.message ?? null,
    })),
  };
}
