import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance } from 'fastify';
import { type ApiKey, sameSecret } from './api-keys.ts';

type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

export interface BoardDeps {
  apiKeys: readonly ApiKey[];
  queues: readonly BoardQueue[];
}

/** Bull Board at `/board`, read-only, behind a login: the name and the key of an API key. */
export async function boardRoutes(app: FastifyInstance, { apiKeys, queues }: BoardDeps): Promise<void> {
  await app.register(basicAuth, {
    authenticate: { realm: 'bms-triage' },
    async validate(name: string, password: string) {
      const known = apiKeys.filter((entry) => entry.name === name && sameSecret(password, entry.key));
      if (known.length === 0) throw new Error('unknown name or key');
    },
  });
  app.addHook('onRequest', app.basicAuth);
  const adapter = new FastifyAdapter();
  adapter.setBasePath('/board');
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'bms-triage' } },
  });
  await app.register(adapter.registerPlugin(), { prefix: '/board' });
}
