import type { FastifyError, FastifyInstance } from 'fastify';
import type { State } from '../state.ts';
import { errorCodes, failed, notFound, Refusal } from '../wire.ts';
import { countRequest } from './pipeline.ts';
import { send } from './send.ts';

/** What goes wrong before a handler runs is reported in BMS's envelope too. */
export function addErrorAnswers(app: FastifyInstance, state: State): void {
  const { letterCase } = state.options;
  app.setErrorHandler((error: FastifyError | Refusal, _request, reply) => {
    if (error instanceof Refusal) return send(reply, failed(error), letterCase);
    const status = error.statusCode ?? 500;
    // A 500 here is a mistake in the simulator: its author wants the stack.
    if (status >= 500) process.stderr.write(`${error.stack}\n`);
    return send(reply, failed(new Refusal(status, errorCodes.malformed, error.message)), letterCase);
  });
  app.setNotFoundHandler((request, reply) => {
    countRequest(state, `${request.method} (no such endpoint)`);
    return send(reply, failed(notFound(`${request.method} ${request.url}`)), letterCase);
  });
}
