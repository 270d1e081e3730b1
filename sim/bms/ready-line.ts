import type { FastifyInstance } from 'fastify';
import { trutoOf } from '../truto/account.ts';
import type { State } from './state.ts';

export interface ReadyLine {
  url: string;
  username: string;
  password: string;
  tenant: string;
  integrationType: string;
  /** The same tenant by way of Truto. */
  truto: { url: string; token: string; accountId: string };
}

/** What a client needs to sign in; `url` is empty while nobody listens. */
export function readyLine(app: FastifyInstance, state: State): ReadyLine {
  const { tenant } = state.world;
  const { token, accounts } = trutoOf(state);
  const address = app.server.address();
  const url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  return {
    ...{ url, ...tenant.credentials, tenant: tenant.name, integrationType: tenant.integrationType },
    truto: { url, token, accountId: accounts.plain },
  };
}
