import { httpErrors } from '@fastify/sensible';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errorMessage } from '../domain/errors.ts';

/** The `error` of every refusal's body: a stable code, what is wrong, and the way out. */
export interface Problem {
  code: string;
  message: string;
  hint: string;
  retryAfterSeconds?: number;
}

export const problem = (status: number, { message, ...rest }: Problem, cause?: unknown): Error =>
  httpErrors.createError(status, message, { ...rest, expose: true, cause });

export const notFound = (what: string, hint: string): Error =>
  problem(404, { code: 'not_found', message: `there is no ${what}`, hint });

/** Nothing was kept; the client sends it again. */
export const queueUnavailable = (what: 'alert' | 'task', cause: unknown): Error =>
  problem(
    503,
    {
      code: 'queue_unavailable',
      message: `the ${what} could not be stored`,
      hint: 'send it again: nothing was kept',
      retryAfterSeconds: 5,
    },
    cause,
  );

/** Refusals that Fastify itself makes, by its own codes. */
const fastifyProblems: Record<string, Omit<Problem, 'message'>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'body_too_large',
    hint: 'send fewer alerts in one request, or raise maxBodyBytes in the configuration file',
  },
};

type Thrown = FastifyError & Partial<Problem>;

/** While Redis is not usable an unexpected error is blamed on it: 503 asks the client to try again. */
export async function blameRedis(error: Thrown, checkRedis: () => Promise<string>): Promise<Error> {
  if (error.statusCode !== undefined) return error;
  const state = await checkRedis();
  if (state === 'ok') return error;
  const message = `Redis is not usable: ${state}`;
  const hint = 'try again; see /readyz';
  return problem(503, { code: 'redis_unavailable', message, hint, retryAfterSeconds: 5 }, error);
}

export function sendProblem(error: Thrown, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    const cause = error.cause === undefined ? undefined : errorMessage(error.cause);
    request.log.error({ code: error.code, error: error.message, cause }, 'request_failed');
  }
  if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', error.retryAfterSeconds);
  void reply.code(status).send({ error: toProblem(error, status) });
}

function toProblem(error: Thrown, status: number): Omit<Problem, 'retryAfterSeconds'> {
  const { code, message, hint } = error;
  if (hint !== undefined) return { code, message, hint };
  const known = fastifyProblems[code];
  if (known) return { ...known, message };
  if (status >= 500)
    return { code: 'internal', message: 'something went wrong on our side', hint: 'try again; the log says more' };
  return { code: code ?? 'bad_request', message, hint: 'see docs/api.md' };
}
