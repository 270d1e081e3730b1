import type { FastifyInstance } from 'fastify';

export interface HealthParts {
  /** Whether Redis takes what it is given; `refuses_writes` when its memory is full. */
  checkRedis(): Promise<'ok' | 'unreachable' | 'refuses_writes'>;
  /** Workers only: names a queue whose jobs wait although none is being worked on. */
  stuckQueue?: () => Promise<string | null>;
}

/** `/livez`: the process answers, and a worker takes jobs. `/readyz`: it can do its work now. */
export async function healthRoutes(app: FastifyInstance, { checkRedis, stuckQueue }: HealthParts): Promise<void> {
  app.get('/livez', async (_, reply) => {
    const queue = (await stuckQueue?.()) ?? null;
    return queue === null ? { status: 'ok' } : reply.code(503).send({ status: 'stuck', queue });
  });
  app.get('/readyz', async (_, reply) => {
    const redis = await checkRedis();
    return reply.code(redis === 'ok' ? 200 : 503).send({ status: redis === 'ok' ? 'ok' : 'not_ready', redis });
  });
}
