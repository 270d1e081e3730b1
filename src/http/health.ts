import type { FastifyInstance } from 'fastify';

/** An upstream that this process has called, as its latest calls show it. */
export interface UpstreamView {
  upstream: string;
  isUp: boolean;
  /** Milliseconds since 1970; null until it has answered. */
  lastAnswerAt: number | null;
}

export interface HealthDeps {
  /** Whether Redis takes what it is given; `refuses_writes` when its memory is full. */
  checkRedis(): Promise<'ok' | 'unreachable' | 'refuses_writes'>;
  /** The upstreams that this process has called. */
  getUpstreams(): UpstreamView[];
  /** Workers only: names a queue whose jobs wait although none is being worked on. */
  stuckQueue?: () => Promise<string | null>;
}

/**
 * `/livez`: the process answers, and a worker takes jobs. `/readyz`: it can do its work now, for which it needs Redis; the
 * upstreams are told besides, as runs wait for those.
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
    const told = { status: redis === 'ok' ? 'ok' : 'not_ready', redis, ...Object.fromEntries(upstreams) };
    return reply.code(redis === 'ok' ? 200 : 503).send(told);
  });
}
