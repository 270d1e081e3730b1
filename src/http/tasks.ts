import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { cleanText } from '../domain/alert.ts';
import { type Clock, isoAt } from '../domain/ports.ts';
import { type Task, ticketNumbersIn } from '../domain/task.ts';
import { callerOf } from './api-keys.ts';
import { problem, queueUnavailable } from './errors.ts';

export interface TaskDeps extends Clock {
  /** Resolves when the run is stored and queued. */
  openTask(task: Task): Promise<{ runId: string }>;
}

const shortText = z.string().trim().min(1).max(200).nullish();

const bodySchema = z.strictObject({
  text: z.string().trim().min(1).max(4000),
  account: shortText,
  ticketNumber: z.union([shortText, z.number().int().positive()]),
});

/** A person describes a task in words; one run works on it, inside one account. `/v1/runs/:id` shows the outcome. */
export async function taskRoutes(app: FastifyInstance, deps: TaskDeps): Promise<void> {
  app.post('/tasks', async (request, reply) => {
    const requestedBy = callerOf(request);
    const receivedAt = isoAt(deps.now());
    const task = { ...readTask(request.body), requestedBy, receivedAt };
    return reply.code(202).send(await open(task, deps));
  });
}

function readTask(body: unknown): Pick<Task, 'text' | 'account' | 'ticketNumber'> {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const message = `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not a task'}`;
    throw problem(400, { code: 'bad_task', message, hint: 'send {text, account?, ticketNumber?}' });
  }
  const text = cleanText(parsed.data.text, 4000);
  const account = parsed.data.account ?? null;
  const given = parsed.data.ticketNumber == null ? null : String(parsed.data.ticketNumber).replace(/^#/, '');
  return { text, account, ticketNumber: given ?? (account === null ? onlyTicketIn(text) : null) };
}

/** A run's scope is fixed before the model sees the task, so the task must name a customer or a ticket. */
function onlyTicketIn(text: string): string {
  const numbers = ticketNumbersIn(text);
  const [number] = numbers;
  if (number !== undefined && numbers.length === 1) return number;
  const message =
    numbers.length === 0
      ? 'the task does not say which customer or ticket it is about'
      : `the task names ${numbers.length} tickets: ${numbers.join(', ')}`;
  const hint = 'send account (the exact name in BMS) or ticketNumber';
  throw problem(422, { code: 'no_scope', message, hint });
}

async function open(task: Task, deps: TaskDeps): Promise<{ runId: string }> {
  try {
    return await deps.openTask(task);
  } catch (error) {
    throw queueUnavailable('task', error);
  }
}
