import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import { allRows } from '../../kaseya/page.ts';
import type { Note } from '../../kaseya/ticket-notes.ts';
import { foreignTicket, unverifiedClose, withoutAccount } from '../scope.ts';
import { defineWrite, isRefusal, type ReadBack, type Refusal, refuse } from '../tool.ts';
import { collect } from './collect.ts';
import type { ToolDeps } from './deps.ts';
import { defaultEntry, entryOf, optionalEntry } from './names.ts';
import { ownTicket } from './owned.ts';
import { longText, nameInput, optionalName, ticketIdInput } from './shape.ts';

const emailInput = z
  .array(nameInput('name or id of an employee'))
  .max(10)
  .nullable()
  .default(null)
  .describe('employees of the provider whom BMS sends the note by e-mail; customers cannot be named here');

export const ticketNoteTools = ({ bms: { tickets, lookups }, defaults }: ToolDeps) => [
  defineWrite({
    name: 'create_a_kaseya_bms_servicedesk_ticket_note',
    description:
      "Adds an internal note to one of this run's own tickets. The customer does not see it. It pages no one; with emailTo, BMS mails it to those employees.",
    input: z.strictObject({ ticketId: ticketIdInput, details: longText(), emailTo: emailInput }),
    outside: ({ ticketId }, context) => withoutAccount(context.scope) ?? foreignTicket(ticketId, context),
    async prepare({ ticketId, details, emailTo }) {
      const found = await collect({
        type: () => defaultEntry('noteType', lookups, defaults),
        employees: () => employeesOf(emailTo, lookups),
      });
      if (isRefusal(found)) return found;
      return { ticketId, details, typeId: found.type.id, emailTo: found.employees };
    },
    async write({ ticketId, details, typeId, emailTo }, { marker }) {
      const text = `${details}\n\n${marker}`;
      const note = await tickets.addNote(ticketId, { details: text, isInternal: true, typeId, emailTo });
      return { kind: 'done', message: 'internal note added', data: { noteId: note.id }, ticket: null };
    },
    readBack: ({ ticketId }, { marker }) => findNote(tickets, ticketId, marker, 'internal note added'),
  }),
  defineWrite({
    name: 'create_a_kaseya_bms_assignticket',
    description:
      "Moves one of this run's own tickets to a queue, to a person, or both, with an internal note that says why; each is a name or an id from its lookup. People who watch that queue see it there. It pages no one; with emailTo, BMS mails the note to those employees.",
    input: z.strictObject({
      ticketId: ticketIdInput,
      queue: optionalName('name or id of the queue; null leaves it'),
      details: longText(),
      assignee: optionalName('name or id of the employee; null leaves it'),
      status: optionalName('name or id of the new status; null leaves it'),
      emailTo: emailInput,
    }),
    outside: ({ ticketId, status }, context) =>
      withoutAccount(context.scope) ?? foreignTicket(ticketId, context) ?? unverifiedClose(status, context),
    async prepare(input, context) {
      if (input.queue === null && input.assignee === null)
        return refuse('no_target', 'name a queue, an assignee, or both');
      const found = await collect({
        queue: () => optionalEntry('queues', input.queue, lookups),
        assignee: () => optionalEntry('assignees', input.assignee, lookups),
        status: () => optionalEntry('statuses', input.status, lookups),
        emailTo: () => employeesOf(input.emailTo, lookups),
        type: () => defaultEntry('noteType', lookups, defaults),
        // BMS wants a status with every assignment: the one that the ticket has now, unless a new one was asked for.
        ticket: () => ownTicket(input.ticketId, tickets, context),
      });
      if (isRefusal(found)) return found;
      const { queue, assignee, status, emailTo, type, ticket } = found;
      const target = [queue && `queue "${queue.name}"`, assignee?.name].filter(Boolean).join(', ');
      return {
        ticketId: input.ticketId,
        queueId: queue?.id ?? null,
        queue: queue?.name ?? null,
        assigneeId: assignee?.id ?? null,
        target,
        statusId: status?.id ?? ticket.statusId,
        noteTypeId: type.id,
        details: input.details,
        emailTo,
      };
    },
    async write({ ticketId, queue, target, details, ...assignment }, { marker }) {
      await tickets.assign(ticketId, { ...assignment, details: `${details}\n\n${marker}` });
      return { kind: 'done', message: `moved to ${target}`, data: { queue }, ticket: null };
    },
    readBack: ({ ticketId, target }, { marker }) => findNote(tickets, ticketId, marker, `moved to ${target}`),
  }),
];

async function employeesOf(
  wanted: readonly (string | number)[] | null,
  lookups: Bms['lookups'],
): Promise<number[] | Refusal> {
  const ids: number[] = [];
  for (const employee of wanted ?? []) {
    const entry = await entryOf('assignees', employee, lookups);
    if (isRefusal(entry)) return entry;
    ids.push(entry.id);
  }
  return ids;
}

/** The note of a ticket that carries our mark; undefined when certainly none does, null when not all could be read. */
export async function noteWith(
  marker: string,
  ticketId: number,
  tickets: Bms['tickets'],
): Promise<Note | undefined | null> {
  const { rows, complete } = await allRows((pageNumber) => tickets.notes(ticketId, { pageNumber }));
  const note = rows.find(({ details }) => details?.includes(marker));
  return note ?? (complete ? undefined : null);
}

/** Notes carry the marker in their text, so a note whose answer was lost can be found, or proved absent. */
async function findNote(tickets: Bms['tickets'], ticketId: number, marker: string, message: string): Promise<ReadBack> {
  const note = await noteWith(marker, ticketId, tickets);
  if (note) return { kind: 'done', message, data: { noteId: note.id }, ticket: null };
  return note === undefined ? 'absent' : 'undecidable';
}
