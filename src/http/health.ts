import type { FastifyInstance } from 'fastify';

/** The health of an upstream, as the latest calls of this process show it. */
export interface UpstreamView {
  upstream: string;
  isUp: boolean;
  /** Milliseconds since 1970; null until it has answered. */
  lastAnswerAt: number | null;
}

export interface HealthDeps {
  /** Whether Redis accepts writes; `refuses_writes` when its memory is full. */
  checkRedis(): Promise<'ok' | 'unreachable' | 'refuses_writes'>;
  /** The upstreams that this process has called. */
  getUpstreams(): UpstreamView[];
  /** Workers only: the name of a queue whose jobs wait although none is in progress; null when there is none. */
  stuckQueue?: () => Promise<string | null>;
}

/**
 * `/livez`: the process answers, and a worker takes jobs. `/readyz`: it can work now, for which it needs Redis. The state
 * of the upstreams is reported only: runs wait for them.
 */
export async function healthRoutes(
  app: FastifyInstance,
  { checkRedis, getUpstreams, stuckQueue }: HealthDeps,
): Promise<void> {
  app.get('/livez', async (_, reply) => {
    const queue = (await stuckQueue?.()) ?? null;
    return queue === null ? { status: 'ok' } : reply.code(503).send({ status: 'stuck', queue });
  });
  app.get('/readyz', async (_, reply) => {
    const redis = await checkRedis();
    const upstreams = getUpstreams().map(({ upstream, isUp }) => [upstream, isUp ? 'ok' : 'unreachable']);
    const body = { status: redis === 'ok' ? 'ok' : 'not_ready', redis, ...Object.fromEntries(upstreams) };
    return reply.code(redis === 'ok' ? 200 : 503).send(body);
  });
}
