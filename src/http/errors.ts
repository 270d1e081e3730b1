import { httpErrors } from '@fastify/sensible';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errorMessage } from '../domain/errors.ts';

/** What the body of every refusal says: a stable code, what is wrong, and the way out. */
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

/** Refusals that Fastify itself makes, in our words. */
const fastifys: Record<string, Omit<Problem, 'message'>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'body_too_large',
    hint: 'send fewer alerts in one request, or raise maxBodyBytes in the configuration file',
  },
};

type Thrown = FastifyError & Partial<Problem>;

/** An error that nobody foresaw is Redis's fault while Redis is not well: then it is worth coming again. */
export async function blameRedis(error: Thrown, checkRedis: () => Promise<string>): Promise<Error> {
  if (error.statusCode !== undefined) return error;
  const state = await checkRedis();
  if (state === 'ok') return error;
  const told = { code: 'redis_unavailable', message: `Redis is not usable: ${state}`, hint: 'try again; see /readyz' };
  return problem(503, { ...told, retryAfterSeconds: 5 }, error);
}

export function sendProblem(error: Thrown, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    const cause = error.cause === undefined ? undefined : errorMessage(error.cause);
    request.log.error({ code: error.code, error: error.message, cause }, 'request_failed');
  }
  if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', error.retryAfterSeconds);
  void reply.code(status).send({ error: describe(error, status) });
}

function describe(error: Thrown, status: number): Omit<Problem, 'retryAfterSeconds'> {
  const { code, message, hint } = error;
  if (hint !== undefined) return { code, message, hint };
  const told = fastifys[code];
  if (told) return { ...told, message };
  if (status >= 500)
    return { code: 'internal', message: 'something went wrong on our side', hint: 'try again; the log says more' };
  return { code: code ?? 'bad_request', message, hint: 'see docs/api.md' };
}
