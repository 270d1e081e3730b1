import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { strikesBefore } from '../faults.ts';
import { createQuery } from '../query.ts';
import { rateHeaders } from '../rate-headers.ts';
import { finishDueJobs } from '../rmm/jobs.ts';
import type { State } from '../state.ts';
import { type Answer, failed, inStyle, notFound, Refusal } from '../wire.ts';
import { answerWith, type Line } from './fault-answer.ts';
import type { Call, Route } from './route.ts';
import { send } from './send.ts';

export interface RoutesOptions {
  /** Whether a bearer token is asked for; sign-in has none yet. */
  needsToken: boolean;
  /** Aborted when the server stops, so that no held answer keeps it up. */
  signal: AbortSignal;
}

/** Every endpoint passes the same gates: count, delay, token, limit; then fault and handler. */
export function addRoutes(
  scope: FastifyInstance,
  state: State,
  routes: readonly Route[],
  options: RoutesOptions,
): void {
  for (const route of routes) {
    const { method, template } = route;
    scope.route({
      method,
      url: template.replace(/\{(\w+)\}/g, ':$1'),
      onRequest: (request, reply) => admit(state, route, options, request, reply),
      handler: (request, reply) => answer(state, route, { request, reply, signal: options.signal }),
    });
  }
}

export function countRequest({ world }: State, endpoint: string): void {
  world.requests.total += 1;
  world.requests.byEndpoint[endpoint] = (world.requests.byEndpoint[endpoint] ?? 0) + 1;
}

async function admit(
  state: State,
  { method, template }: Route,
  { needsToken, signal }: RoutesOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const endpoint = `${method} ${template}`;
  countRequest(state, endpoint);
  const { min, max } = state.options.latencyMs;
  if (max > 0) {
    const delay = min + state.world.random.next() * (max - min);
    // A server that stops does not delay: it lets what is under way finish.
    await sleep(delay, undefined, { signal }).catch(() => undefined);
  }
  const { world, options } = state;
  const now = state.now();
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const isLetIn = !needsToken || world.tokens.isValid(token, now);
  // A refused caller spends nothing of the tenant's limit, but its answer carries the same headers.
  const verdict = world.limiter?.take(endpoint, now, isLetIn ? 1 : 0);
  if (verdict) reply.headers(rateHeaders(options.rateHeaders, verdict, now));
  if (!isLetIn) throw new Refusal(401, 1401, 'The access token is missing, unknown or expired');
  if (!verdict || verdict.ok) return;
  world.requests.rejected429 += 1;
  throw new Refusal(429, 1429, 'Too many requests');
}

async function answer(state: State, route: Route, line: Line): Promise<FastifyReply> {
  const { world, options } = state;
  const call = callOf(state, route, line.request);
  finishDueJobs(world, state.now());
  const target = { method: route.method, path: call.path, template: route.template };
  const fault = world.faults.takeForRequest(target);
  if (!fault) return send(line.reply, handle(route, call), options.letterCase);
  if (!strikesBefore(fault)) handle(route, call);
  return answerWith(fault, line, options.letterCase);
}

function handle(route: Route, call: Call): Answer {
  try {
    return route.handle(call);
  } catch (error) {
    if (error instanceof Refusal) return failed(inStyle(error, call.state.options.errors));
    throw error;
  }
}

function callOf(state: State, route: Route, request: FastifyRequest): Call {
  const params = createQuery(request.params);
  const { world } = state;
  return {
    ...{ state, world, tenant: world.tenant, query: createQuery(request.query), body: request.body },
    act: { by: world.tenant.apiUser, at: new Date(state.now()).toISOString() },
    param(name) {
      const value = params.get(name);
      if (value === undefined) throw notFound(name);
      return value;
    },
    path: request.url.split('?', 1)[0] ?? '',
    operation: `${route.method} ${route.template}`,
  };
}
