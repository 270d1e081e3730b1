import { z } from 'zod';
import { allRows, maxPageSize } from '../../kaseya/page.ts';
import { foreignTicket, withoutAccount } from '../scope.ts';
import { defineWrite, isRefusal } from '../tool.ts';
import type { ToolDeps } from './deps.ts';
import { entryOf } from './names.ts';
import { dateInput, isoDate, longText, nameInput, ticketIdInput } from './shape.ts';

export const todoTools = ({ bms: { tickets, lookups } }: ToolDeps) => [
  defineWrite({
    name: 'create_a_kaseya_bms_todo',
    description:
      "Gives one employee a dated task on a ticket. It is not a note: it lands in that person's list of things to do. To write something down, use a note.",
    input: z.strictObject({
      ticketId: ticketIdInput,
      description: longText(1000).describe('what is to be done'),
      assignee: nameInput('name or id of the employee who is to do it'),
      date: dateInput('when it is to be done'),
    }),
    outside: ({ ticketId }, context) => withoutAccount(context.scope) ?? foreignTicket(ticketId, context),
    async prepare({ ticketId, description, assignee, date }) {
      const employee = await entryOf('assignees', assignee, lookups);
      if (isRefusal(employee)) return employee;
      return { ticketId, description, userId: employee.id, assignee: employee.name, date: isoDate(date) };
    },
    async write({ ticketId, description, userId, assignee, date }, { marker }) {
      const todo = await tickets.addTodo(ticketId, { description: `${description} ${marker}`, userId, date });
      return { kind: 'done', message: `to-do for ${assignee}`, data: { todoId: todo.id }, ticket: null };
    },
    async readBack({ ticketId, assignee }, { marker }) {
      const { rows, complete } = await allRows((pageNumber) =>
        tickets.todos(ticketId, { pageNumber, pageSize: maxPageSize }),
      );
      const todo = rows.find(({ description }) => description?.includes(marker));
      if (todo) return { kind: 'done', message: `to-do for ${assignee}`, data: { todoId: todo.id }, ticket: null };
      return complete ? 'absent' : 'undecidable';
    },
  }),
];
