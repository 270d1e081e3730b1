import type { FastifyInstance } from 'fastify';
import { dattoOf } from '../datto/account.ts';
import { receiverOf } from '../remedy/receiver.ts';
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
  /** The RMM that runs components on the tenant's devices; `componentUid` is a clean-up, the other ends badly. */
  datto: { url: string; apiKey: string; apiSecretKey: string; componentUid: string; failingComponentUid: string };
  /** A receiver of signed outgoing calls. */
  remedy: { url: string; secret: string; statusUrl: string };
}

/** What a client needs to sign in; `url` is empty until the server listens. */
export function readyLine(app: FastifyInstance, state: State): ReadyLine {
  const { tenant } = state.world;
  const { token, accounts } = trutoOf(state);
  const { apiKey, apiSecretKey, components } = dattoOf(state);
  const address = app.server.address();
  const url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  return {
    ...{ url, ...tenant.credentials, tenant: tenant.name, integrationType: tenant.integrationType },
    truto: { url, token, accountId: accounts.plain },
    datto: {
      ...{ url, apiKey, apiSecretKey },
      ...{ componentUid: components['clean-up'], failingComponentUid: components.failing },
    },
    remedy: { url: `${url}/remedy/hooks`, secret: receiverOf(state).secret, statusUrl: `${url}/remedy/status/{id}` },
  };
}
