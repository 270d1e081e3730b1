import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import type { ReadToolName } from '../catalogue.ts';
import { unknownTicket, withoutAccount } from '../scope.ts';
import { defineRead, type ReadTool } from '../tool.ts';
import { maxRows, moreOf, pageInput, ticketIdInput, trim } from './shape.ts';

type Tickets = Bms['tickets'];

/** A read of something that belongs to a ticket which the run was shown. */
const historyOf = <S extends z.ZodRawShape>(
  name: ReadToolName,
  description: string,
  extra: S,
  read: (input: { ticketId: number } & z.infer<z.ZodObject<S>>) => Promise<unknown>,
): ReadTool =>
  defineRead<{ ticketId: number } & z.infer<z.ZodObject<S>>>({
    name,
    description,
    input: z.strictObject({ ticketId: ticketIdInput, ...extra }) as never,
    outside: ({ ticketId }, context) => withoutAccount(context.scope) ?? unknownTicket(ticketId, context),
    read,
  });

export const ticketHistoryTools = ({ tickets }: { tickets: Tickets }) => [
  historyOf(
    'list_all_kaseya_bms_servicedesk_ticket_notes',
    `Reads the notes of one ticket that an earlier step showed, oldest first, ${maxRows} a page.`,
    { pageNumber: pageInput },
    async ({ ticketId, pageNumber }) => {
      const { rows } = await tickets.notes(ticketId, { pageNumber, pageSize: maxRows });
      const notes = rows.map((note) => ({ ...note, details: trim(note.details, 1500) }));
      return { notes, ...moreOf(rows, pageNumber) };
    },
  ),
  historyOf(
    'list_all_kaseya_bms_servicedesk_ticket_activities',
    `Reads what happened to one ticket: notes and time in one list, the latest first, ${maxRows} a page, with the total. The best single look at a ticket's history.`,
    { pageNumber: pageInput },
    async ({ ticketId, pageNumber }) => {
      const { rows, total } = await tickets.activities(ticketId, { pageNumber, pageSize: maxRows });
      const activities = rows.map(({ notes, internalNotes, ...rest }) => ({
        ...rest,
        text: trim(internalNotes ?? notes, 1000),
        isInternal: internalNotes != null,
      }));
      return { activities, total, ...moreOf(rows, pageNumber, total) };
    },
  ),
  historyOf(
    'list_all_kaseya_bms_servicedesk_ticket_slainfos',
    'Reads how one ticket stands against its service level: goals, actual and remaining hours for first response and resolution.',
    {},
    async ({ ticketId }) => ({ sla: await tickets.sla(ticketId) }),
  ),
  historyOf(
    'list_all_kaseya_bms_servicedesk_ticket_relatedalerts',
    `Lists the alerts that BMS relates to one ticket, at most ${maxRows}.`,
    {},
    async ({ ticketId }) => {
      const { rows } = await tickets.relatedAlerts(ticketId);
      const shown = rows.slice(0, maxRows);
      return {
        relatedAlerts: shown.map((alert) => ({ ...alert, details: trim(alert.details, 500) })),
        total: rows.length,
      };
    },
  ),
];
