import type { FastifyInstance } from 'fastify';

export interface HealthParts {
  /** Rejects when Redis does not answer soon. */
  pingRedis(): Promise<void>;
}

/** `/livez`: the process answers. `/readyz`: it can do its work now. */
export async function healthRoutes(app: FastifyInstance, { pingRedis }: HealthParts): Promise<void> {
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const redis = await pingRedis().then(
      () => 'ok' as const,
      () => 'unreachable' as const,
    );
    return reply.code(redis === 'ok' ? 200 : 503).send({ status: redis === 'ok' ? 'ok' : 'not_ready', redis });
  });
}
