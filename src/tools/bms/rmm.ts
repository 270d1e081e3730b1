import { z } from 'zod';
import { alertOf, type RunState } from '../../domain/run-state.ts';
import type { Bms } from '../../kaseya/bms.ts';
import { named } from '../facts.ts';
import { alertRefsRead, withoutAccount } from '../scope.ts';
import { defineRead, defineRow, isRefusal, type ReadBack, type Refusal, refuse, type ToolContext } from '../tool.ts';
import { noteWith } from './ticket-notes.ts';
import { closedSomehow, refOf } from './ticket-resolve.ts';

export const rmmTools = ({ tickets }: Pick<Bms, 'tickets'>) => [
  defineRow({
    name: 'create_a_kaseya_bms_tickets_resolve',
    description:
      "Closes the RMM ticket of an alert, by the alert's id, with a resolution note that the customer may see: the alert that this run is about, or, in a task, the one that a ticket of this run names as its alertRefId. BMS does it as a job: the result of this call is what the job reported for this ticket, not that the job was accepted. It repairs nothing on the device: close only what the evidence shows is over.",
    input: z.strictObject({
      alertRefId: z.string().min(1).max(200).describe("the alert's sourceId, or the ticket's alertRefId"),
      resolutionNote: z.string().min(1).max(4000).describe('what was found and why the fault is over'),
    }),
    outside: ({ alertRefId }, context) => withoutAccount(context.scope) ?? refusalOf(alertTicket(alertRefId, context)),
    async prepare({ alertRefId, resolutionNote }, context) {
      const ticket = alertTicket(alertRefId, context);
      return isRefusal(ticket) ? ticket : { alertRefId, resolutionNote, ticketId: ticket.id };
    },
    row: ({ alertRefId, resolutionNote }, { marker, transactionId }) => ({
      action: 'resolve_ticket',
      row: { transactionId, alertRefId, resolutionNote: `${resolutionNote}\n\n${marker}` },
    }),
    async readBack({ ticketId }, { marker }) {
      const ticket = await tickets.get(ticketId);
      if (!ticket.completedDate) return 'pending';
      if (!(await noteWith(marker, ticketId, tickets))) return closedSomehow(ticket);
      return { kind: 'done', message: 'the ticket is closed and carries our note', data: null, ticket: refOf(ticket) };
    },
  }),
  defineRow({
    name: 'create_a_kaseya_bms_rmm_ticket',
    description:
      'Opens an RMM ticket for this alert in its own account, for when BMS holds none. BMS does it as a job: the result of this call is what the job reported.',
    input: z.strictObject({ title: z.string().min(1).max(200), details: z.string().min(1).max(4000) }),
    outside(_, { scope, state, callId }) {
      if (scope.ticket) return refuse('ticket_exists', `ticket ${scope.ticket.number} is open for this alert: use it`);
      const opened = hasOpened(state, callId);
      return withoutAccount(scope) ?? (opened ? refuse('ticket_exists', 'this run opens one already: use it') : null);
    },
    async prepare({ title, details }, { state, scope }) {
      const alert = alertOf(state);
      if (!alert) return refuse('no_alert', 'a task has no alert to open an RMM ticket for');
      const openDate = alert.occurredAt ?? alert.receivedAt;
      const base = {
        alertRefId: alert.sourceId,
        organization: scope.account?.name ?? '',
        assetName: scope.asset?.name ?? null,
      };
      return { ...base, title, details, openDate };
    },
    row: ({ organization, details, ...ticket }, { marker, transactionId }) => ({
      action: 'create_ticket',
      row: {
        ...ticket,
        transactionId,
        organization: { name: organization },
        details: `${details}\n\n${marker}`,
      },
    }),
    async readBack({ alertRefId, assetName, title }, { marker }, { scope }): Promise<ReadBack> {
      const where = assetName === null ? { accountId: scope.account?.id, title } : { hardwareAssetName: assetName };
      const { rows } = await tickets.list({ ...where, pageSize: 100 });
      for (const row of rows.filter(({ details }) => details?.includes(marker) ?? true).slice(0, 5)) {
        const ticket = await tickets.get(row.id);
        if (ticket.rmmTicketReference !== alertRefId || !ticket.details?.includes(marker)) continue;
        return { kind: 'done', message: 'the ticket exists and carries our mark', data: null, ticket: refOf(ticket) };
      }
      return 'pending';
    },
  }),
  defineRead({
    name: 'list_all_kaseya_bms_tickets_status',
    description:
      'Repeats what is known of the RMM jobs that this run started, by job id (null: all). The calls that start a job already wait for its result.',
    input: z.strictObject({ jobId: z.string().nullable() }),
    outside: () => null,
    async read({ jobId }, { state }) {
      const calls = [...state.calls.values()].filter(({ job }) => job && (jobId === null || job.jobId === jobId));
      const jobs = calls.map(({ job, result }) => ({
        jobId: job?.jobId,
        outcome: result?.kind === 'job' ? result.outcome : 'pending',
        message: result?.kind === 'job' ? result.message : null,
      }));
      return jobs.length > 0 ? { jobs } : refuse('unknown_job', 'this run started no such job');
    },
  }),
];

/** One alert, one ticket, however the model words it, unless it is certain that none was opened. */
const hasOpened = (state: RunState, callId: string): boolean =>
  [...state.calls.values()].some(({ id, intent, result }) => {
    if (id === callId || intent?.tool !== named.openRmmTicket) return false;
    if (result?.kind === 'write') return result.outcome !== 'refused';
    return result?.kind !== 'job' || result.outcome !== 'failed';
  });

/** The ticket behind an alert's id: the alert's own, or in a task one that a read of this run returned with that id. */
function alertTicket(alertRefId: string, { state, scope }: ToolContext): { id: number } | Refusal {
  const alert = alertOf(state);
  if (!alert) {
    const ticketId = alertRefsRead(state).get(alertRefId);
    if (ticketId !== undefined) return { id: ticketId };
    return refuse('out_of_scope', `no ticket that this run has read names alertRefId "${alertRefId}": read the ticket`);
  }
  if (alertRefId !== alert.sourceId)
    return refuse('out_of_scope', `alertRefId is not this run's: it is "${alert.sourceId}"`);
  return scope.ticket ?? refuse('no_ticket', 'BMS holds no open ticket for this alert: there is nothing to close');
}

const refusalOf = (value: unknown): Refusal | null => (isRefusal(value) ? value : null);
