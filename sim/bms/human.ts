import { z } from 'zod';
import type { Employee } from './tenant/lookups.ts';
import { named } from './tenant/named.ts';
import { generalNote } from './tenant/tenant.ts';
import { type Act, addNote, setAssignee, setStatus, type Ticket, touch } from './ticket.ts';
import type { World } from './world.ts';

export const humanSchema = z.strictObject({
  ticketId: z.number().int(),
  action: z.enum(['edit', 'note', 'assign', 'time', 'resolve']),
  /** The note, the new details, or what the time was spent on. */
  text: z.string().optional(),
  /** A technician's name; the default is the service desk's first one. */
  by: z.string().optional(),
});
export type HumanInput = z.infer<typeof humanSchema>;

/** A technician touches a ticket. It is no effect of the service, so the ledger's effects do not show it. */
export function actAsHuman(world: World, ticket: Ticket, input: HumanInput, at: string): void {
  const employee = technician(world, input.by);
  const act: Act = { by: { ...employee, name: input.by ?? employee.name }, at };
  const note = (details: string) =>
    addNote(ticket, { id: world.sequence.noteId(), details, isInternal: true, type: generalNote(world.tenant) }, act);
  switch (input.action) {
    case 'edit':
      ticket.details = input.text ?? `${ticket.details}\nSeen by ${act.by.name}.`;
      break;
    case 'note':
      note(input.text ?? 'I am looking at this.');
      break;
    case 'assign':
      setAssignee(ticket, employee, act);
      if (input.text !== undefined) note(input.text);
      break;
    case 'time':
      ticket.timeLogs.push({
        ...{ id: world.sequence.noteId(), hours: 0.5, notes: input.text ?? 'Worked on the ticket' },
        ...{ createdBy: act.by, createdOn: at },
      });
      break;
    case 'resolve':
      setStatus(ticket, named(world.tenant.statuses, 'Resolved'), act);
      if (input.text !== undefined) note(input.text);
      break;
  }
  touch(ticket, act);
}

/** Someone whom the tenant does not know acts under the id of its first technician. */
function technician({ tenant }: World, name: string | undefined): Employee {
  return tenant.employees.find((one) => one.name === name) ?? named(tenant.employees, 'Tom Okafor');
}
