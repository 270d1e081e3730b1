import type { FastifyInstance } from 'fastify';
import type { State } from './state.ts';

export interface ReadyLine {
  url: string;
  username: string;
  password: string;
  tenant: string;
  integrationType: string;
}

/** What a client needs to sign in; `url` is empty while nobody listens. */
export function readyLine(app: FastifyInstance, { world: { tenant } }: State): ReadyLine {
  const address = app.server.address();
  const url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  return { url, ...tenant.credentials, tenant: tenant.name, integrationType: tenant.integrationType };
}
