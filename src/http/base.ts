import sensible from '@fastify/sensible';
import Fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { blameRedis, notFound, sendProblem } from './errors.ts';
import type { HealthDeps } from './health.ts';

/** Listens when asked to; closing it ends its streams. */
export type HttpServer = FastifyInstance;

export interface BaseDeps extends Pick<HealthDeps, 'checkRedis'> {
  log: Logger;
  /** How long a request may take to arrive; 15 seconds by default. */
  requestTimeoutMs?: number;
}

/** A server without routes: every error leaves it as a `Problem`. */
export async function createBase({ log, checkRedis, requestTimeoutMs = 15_000 }: BaseDeps): Promise<HttpServer> {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: requestTimeoutMs,
    // Node checks for late requests every 30 s by default, and swaps the two bounds when that of headers is the longer.
    http: { connectionsCheckingInterval: 1_000, headersTimeout: requestTimeoutMs },
  });
  app.setErrorHandler(async (error: FastifyError, request, reply) =>
    sendProblem((await blameRedis(error, checkRedis)) as FastifyError, request, reply),
  );
  app.setNotFoundHandler((request) => {
    throw notFound(`${request.method} ${request.url.split('?')[0]}`, 'the routes are in docs/api.md');
  });
  await app.register(sensible);
  return app as unknown as HttpServer;
}
