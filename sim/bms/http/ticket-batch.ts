import { z } from 'zod';
import { caseless, flag, int, readFields } from '../fields.ts';
import { pageOf } from '../query.ts';
import { checkReferences } from '../references.ts';
import type { Job } from '../rmm/job.ts';
import { type Row, RowFailure } from '../rmm/row.ts';
import { named } from '../tenant/named.ts';
import { generalNote, type Tenant } from '../tenant/tenant.ts';
import { type Act, addNote, setStatus, type Ticket } from '../ticket.ts';
import { errorCodes, notFound, ok, paged, Refusal } from '../wire.ts';
import type { World } from '../world.ts';
import type { Call, Route } from './route.ts';
import { submitRows } from './submit.ts';
import { applyPatch, findShared, type Patch } from './ticket-change.ts';

const base = '/v2/servicedesk/tickets';

/** `BatchTicketsDto`: what is absent or null stays as it is. */
const batchSchema = caseless({
  TargetedIds: z.array(int).min(1),
  ...{ AssigneeId: int.nullish(), QueueId: int.nullish(), IssueTypeId: int.nullish(), SubIssueTypeId: int.nullish() },
  ...{ StatusId: int.nullish(), PriorityId: int.nullish(), TicketTypeId: int.nullish() },
  TicketSourceId: int.nullish(),
});

/** Changes many tickets by a job of the batch family; the answer is its id, as a bare text. */
const patchMany: Route = {
  method: 'PATCH',
  template: base,
  handle(call) {
    const { TargetedIds, TicketTypeId: TypeId, TicketSourceId: SourceId, ...rest } = readFields(batchSchema, call.body);
    const given = Object.entries({ ...rest, TypeId, SourceId }).filter(([, id]) => id !== null && id !== undefined);
    if (given.length === 0) throw new Refusal(400, errorCodes.missing, 'There is nothing to change');
    const patch: Patch = Object.fromEntries(given);
    checkPatch(call.tenant, patch);
    const rows = TargetedIds.map((ticketId) =>
      rowOf(call.body, (act) => {
        const ticket = ticketIn(call.world, ticketId);
        applyRow(call.world, act, ticket, patch);
        return { message: `Ticket ${ticket.ticketNumber} was updated`, ticket };
      }),
    );
    const about = { method: 'PATCH' as const, template: base, family: 'batch' as const, actionType: 11 };
    return ok(submitRows(call, about, rows));
  },
};

/** Most ids hold for all the tickets alike: a wrong one refuses the call, not the rows. */
function checkPatch(tenant: Tenant, patch: Patch): void {
  const check = checkReferences();
  findShared(check, tenant, patch, (field) => `Ticket${field}`);
  check.all({});
}

/** A subtype of another issue type than the ticket's is known to be wrong only when its row is due. */
function applyRow(world: World, act: Act, ticket: Ticket, patch: Patch): void {
  try {
    applyPatch({ world, act }, ticket, patch);
  } catch (error) {
    throw error instanceof Refusal ? new RowFailure(error.message) : error;
  }
}

const mergeSchema = caseless({
  DestinationTicketId: int,
  SourceTicketIds: z.array(int).min(1),
  IsMerge: flag.nullish(),
});

/** Moves the notes of some tickets to another one of the same account, and closes them. It cannot be undone. */
const merge: Route = {
  method: 'POST',
  template: `${base}/merge`,
  handle(call) {
    const { DestinationTicketId, SourceTicketIds } = readFields(mergeSchema, call.body);
    if (!call.world.tickets.has(DestinationTicketId)) throw notFound(`Ticket ${DestinationTicketId}`);
    const rows = SourceTicketIds.map((sourceId) => mergeRow(call, sourceId, DestinationTicketId));
    const template = `${base}/merge`;
    const about = { method: 'POST' as const, template, family: 'batch' as const, actionType: 12 };
    return ok({ jobId: submitRows(call, about, rows) });
  },
};

const mergeRow = ({ body, world }: Call, sourceId: number, destinationId: number) =>
  rowOf(body, (act) => {
    const [source, destination] = [ticketIn(world, sourceId), ticketIn(world, destinationId)];
    if (source === destination) throw new RowFailure('A ticket cannot be merged into itself');
    if (source.accountId !== destination.accountId) throw new RowFailure('The tickets belong to different accounts');
    if (source.completedDate !== null) throw new RowFailure(`Ticket ${source.ticketNumber} is completed`);
    destination.notes.push(...source.notes);
    const details = `Merged from ticket ${source.ticketNumber}: ${source.title}`;
    const type = generalNote(world.tenant);
    addNote(destination, { id: world.sequence.noteId(), details, isInternal: true, type }, act);
    setStatus(source, named(world.tenant.statuses, 'Closed'), act);
    return { message: `Ticket ${source.ticketNumber} was merged`, ticket: source };
  });

const rowOf = (body: unknown, apply: Row['apply']): Row => ({
  ...{ transactionId: null, alertRefId: null, assetId: null, body, apply },
});

function ticketIn({ tickets }: World, id: number) {
  const ticket = tickets.get(id);
  if (!ticket) throw new RowFailure(`There is no ticket ${id}`);
  return ticket;
}

/** The only report of a batch: lines, and none says that it is the last. Type 0 informs, type 2 reports a failure. */
const logRoute = (template: string): Route => ({
  method: 'GET',
  template,
  handle(call) {
    const job = call.world.jobs.get(call.param('jobId'));
    if (job?.family !== 'batch') throw notFound(`Job ${call.param('jobId')}`);
    const lines = logOf(job, call);
    return paged(pageOf(lines, call.query), lines.length);
  },
});

function logOf(job: Job, { state }: Call) {
  if (state.now() < job.startsAt) return [];
  const action = job.operation;
  const line = (index: number, type: number, message: string, at: number) => ({
    ...{ id: job.logIds[index] ?? null, type, action, message, date: new Date(at).toISOString() },
  });
  const rows = job.rows.flatMap(({ outcome }, index) =>
    outcome ? [line(index + 1, outcome.ok ? 0 : 2, outcome.message, job.finishesAt)] : [],
  );
  return [line(0, 0, `Started with ${job.rows.length} tickets`, job.startsAt), ...rows];
}

export const ticketBatchRoutes: Route[] = [
  ...[patchMany, merge],
  ...[logRoute(`${base}/logs/{jobId}`), logRoute('/v2/system/batchAction/logs/{jobId}')],
];
