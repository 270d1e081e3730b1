import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { createFaultSchema, describeIssues } from '../fault-input.ts';
import { actAsHuman, humanSchema } from '../human.ts';
import { readyLine } from '../ready-line.ts';
import type { State } from '../state.ts';

const resetSchema = z.strictObject({ seed: z.union([z.string(), z.number()]).optional() });

/** What no BMS has: looking behind the curtain, and pulling the strings. It wants no token and counts no request. */
export function addControl(scope: FastifyInstance, state: State, templates: readonly string[]): void {
  const faultSchema = createFaultSchema(templates);

  scope.get('/__sim/ledger', async () => state.ledger());

  scope.get('/__sim/faults', async () => state.world.faults.list());
  scope.post('/__sim/faults', async (request, reply) => {
    const input = faultSchema.safeParse(request.body ?? {});
    if (!input.success) return refuse(reply, input.error);
    return reply.code(201).send(state.world.faults.add(input.data));
  });
  scope.delete('/__sim/faults', async (_request, reply) => {
    state.world.faults.clear();
    return reply.code(204).send();
  });

  scope.post('/__sim/human', async (request, reply) => {
    const input = humanSchema.safeParse(request.body ?? {});
    if (!input.success) return refuse(reply, input.error);
    // Jobs that are due come first, as they do for every other reader.
    state.ledger();
    const ticket = state.world.tickets.get(input.data.ticketId);
    if (!ticket) return reply.code(404).send({ error: `ticketId: there is no ticket ${input.data.ticketId}` });
    actAsHuman(state.world, ticket, input.data, new Date(state.now()).toISOString());
    return state.ledger().tickets.find(({ id }) => id === ticket.id);
  });

  scope.post('/__sim/reset', async (request, reply) => {
    const input = resetSchema.safeParse(request.body ?? {});
    if (!input.success) return refuse(reply, input.error);
    state.reset(input.data.seed === undefined ? undefined : String(input.data.seed));
    return readyLine(scope, state);
  });
}

function refuse(reply: FastifyReply, error: z.ZodError): FastifyReply {
  const issues = describeIssues(error);
  const summary = issues.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return reply.code(400).send({ error: summary, issues });
}
