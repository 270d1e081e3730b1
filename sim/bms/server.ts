import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance } from 'fastify';
import { addDatto } from '../datto/server.ts';
import { addRemedy } from '../remedy/receiver.ts';
import { addTruto } from '../truto/server.ts';
import { accountRoutes } from './http/accounts.ts';
import { assetRoutes } from './http/assets.ts';
import { contactRoutes } from './http/contacts.ts';
import { contractsRoute } from './http/contracts.ts';
import { addControl } from './http/control.ts';
import { copilotRoutes } from './http/copilot.ts';
import { addErrorAnswers } from './http/errors.ts';
import { acceptJson } from './http/json-body.ts';
import { lookupRoutes } from './http/lookups.ts';
import { peopleRoutes } from './http/people.ts';
import { addRoutes } from './http/pipeline.ts';
import { platformRoutes } from './http/platform.ts';
import { rmmRoutes } from './http/rmm.ts';
import { mappingRoutes } from './http/rmm-mappings.ts';
import type { Route } from './http/route.ts';
import { signInRoutes, userRoutes } from './http/security.ts';
import { ticketActionRoutes } from './http/ticket-actions.ts';
import { ticketBatchRoutes } from './http/ticket-batch.ts';
import { createRoute } from './http/ticket-create.ts';
import { ticketListRoutes } from './http/ticket-lists.ts';
import { patchRoute } from './http/ticket-patch.ts';
import { ticketRelationRoutes } from './http/ticket-relations.ts';
import { ticketTaskRoutes } from './http/ticket-tasks.ts';
import { ticketTimeRoutes } from './http/ticket-time.ts';
import { ticketRoutes } from './http/tickets.ts';
import { type BmsOptions, defaultOptions } from './options.ts';
import { createState, type State } from './state.ts';

const apiRoutes: Route[] = [
  ...userRoutes,
  ...ticketRoutes,
  createRoute,
  patchRoute,
  ...ticketActionRoutes,
  ...ticketListRoutes,
  ...ticketBatchRoutes,
  ...ticketTaskRoutes,
  ...ticketTimeRoutes,
  ...ticketRelationRoutes,
  ...copilotRoutes,
  ...assetRoutes,
  ...lookupRoutes,
  ...peopleRoutes,
  ...accountRoutes,
  ...contactRoutes,
  contractsRoute,
  ...rmmRoutes,
  ...mappingRoutes,
  ...platformRoutes,
];

export interface Bms {
  /** Every operation that it has. */
  routes: readonly Route[];
  app: FastifyInstance;
  state: State;
}

/** A simulated Kaseya BMS. Each call builds one of its own; two share nothing, and it does not listen yet. */
export function createBms(options: Partial<BmsOptions> = {}): Bms {
  const state = createState({ ...defaultOptions, ...options });
  const app = fastify({ forceCloseConnections: true, bodyLimit: 16 * 2 ** 20 });
  const stop = new AbortController();
  app.addHook('preClose', async () => stop.abort());
  addErrorAnswers(app, state);

  app.register((scope, _options, done) => {
    // Sign-in takes forms and nothing else.
    scope.removeAllContentTypeParsers();
    scope.register(formbody);
    scope.register(multipart, { attachFieldsToBody: 'keyValues' });
    addRoutes(scope, state, signInRoutes, { needsToken: false, signal: stop.signal });
    done();
  });
  app.register((scope, _options, done) => {
    acceptJson(scope);
    addRoutes(scope, state, apiRoutes, { needsToken: true, signal: stop.signal });
    done();
  });
  app.register((scope, _options, done) => {
    acceptJson(scope);
    const templates = [...signInRoutes, ...apiRoutes].map(({ template }) => template);
    addControl(scope, state, [...new Set(templates)]);
    done();
  });
  app.register((scope, _options, done) => {
    acceptJson(scope);
    addTruto(scope, app, state);
    done();
  });
  app.register((scope, _options, done) => {
    acceptJson(scope);
    addDatto(scope, state, stop.signal);
    done();
  });
  app.register((scope, _options, done) => {
    addRemedy(scope, state);
    done();
  });
  return { app, state, routes: [...signInRoutes, ...apiRoutes] };
}
