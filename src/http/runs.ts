import type { FastifyInstance } from 'fastify';
import type { Entry } from '../domain/journal.ts';
import type { CancelAnswer, RetryAnswer } from '../domain/run-action.ts';
import { callerOf } from './api-keys.ts';
import { notFound, problem } from './errors.ts';

export interface RunDeps {
  /** Asks the run to stop; it concludes at its next boundary. `by` is the name of an API key. */
  cancelRun(id: string, by: string): Promise<CancelAnswer>;
  /** Opens a new run over the subject of one that has concluded. */
  retryRun(id: string, by: string): Promise<RetryAnswer>;
  readJournal(id: string): Promise<Entry[]>;
}

interface ById {
  Params: { id: string };
}

const unknown = () => notFound('run of this id', 'ids are in GET /v1/runs; records are kept for retentionDays');

/** What a person can do with a run, besides reading it. */
export async function runRoutes(app: FastifyInstance, deps: RunDeps): Promise<void> {
  app.post<ById>('/runs/:id/cancel', async (request, reply) => {
    const answer = await deps.cancelRun(request.params.id, callerOf(request));
    if (answer === 'unknown') throw unknown();
    if (answer === 'over') {
      const hint = 'nothing is left to cancel; its result is in GET /v1/runs/:id';
      throw problem(409, { code: 'already_concluded', message: 'the run has concluded', hint });
    }
    return reply.code(202).send({ runId: request.params.id });
  });

  app.post<ById>('/runs/:id/retry', async (request, reply) => {
    const answer = await deps.retryRun(request.params.id, callerOf(request));
    if (answer.verdict === 'unknown') throw unknown();
    if (answer.verdict === 'alive') {
      const hint = 'wait for its conclusion, or POST /v1/runs/:id/cancel first';
      throw problem(409, { code: 'run_alive', message: 'the run has not concluded', hint });
    }
    if (answer.verdict === 'retried') {
      const hint = 'retry that one, once it has concluded';
      throw problem(409, { code: 'already_retried', message: `run ${answer.runId} is its retry`, hint });
    }
    return reply.code(202).send({ runId: answer.runId });
  });

  app.get<ById>('/runs/:id/journal', async ({ params }, reply) => {
    const entries = await deps.readJournal(params.id);
    if (entries.length === 0) throw unknown();
    return reply.type('application/x-ndjson').send(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  });
}
