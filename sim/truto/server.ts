import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { State } from '../bms/state.ts';
import { type AccountKind, accountKinds, type Kept, trutoOf } from './account.ts';
import { errorBody, remoteErrorBody, TrutoError } from './errors.ts';
import { proxy } from './proxy.ts';
import { type Resource, resources, toolOf } from './resources.ts';
import { askVendor } from './vendor.ts';

/**
 * Truto in front of the simulated BMS: discovery and proxy calls, with limits, errors and idempotency keys of its own.
 * `app` is the BMS that it calls. Source: Truto's documentation, as far as it goes; where it is silent, see `account.ts`.
 */
export function addTruto(scope: FastifyInstance, app: FastifyInstance, state: State): void {
  scope.setErrorHandler((error: FastifyError | TrutoError, _request, reply) => {
    const status = error instanceof TrutoError ? error.status : (error.statusCode ?? 500);
    const headers = error instanceof TrutoError ? error.headers : {};
    if (status >= 500 && !(error instanceof TrutoError)) process.stderr.write(`${error.stack}\n`);
    return reply.code(status).headers(headers).send(errorBody(status, error.message));
  });

  scope.get<{ Params: { id: string } }>('/integrated-account/:id/tools', async (request) => {
    admit(state, request, request.params.id);
    return { result: resources.map(toolOf) };
  });

  for (const [method, path] of routes)
    scope.route({ method, url: path, handler: (request, reply) => serve(request, reply) });

  async function serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const query = textsOf(request.query);
    const { integrated_account_id: accountId = '', ...rest } = query;
    const kind = admit(state, request, accountId);
    const { resource: name = '', id = null } = request.params as { resource?: string; id?: string };
    const found = find(request.method, name, id);
    if (kind === 'sandbox' && request.method !== 'GET') throw new TrutoError(405, 'a sandbox account takes no writes');
    if (kind === 'needs-reauth') return reply.code(401).send(remoteErrorBody(401, 'sign-in was refused', null));
    const { resource, pathId } = found;
    const call = () =>
      proxy({ resource, kind, id: pathId, query: rest, body: request.body }, (asked) => askVendor(app, state, asked));
    return send(reply, await once(state, request, accountId, call));
  }
}

const routes: [('GET' | 'POST' | 'PATCH') | ('GET' | 'POST' | 'PATCH')[], string][] = [
  [['GET', 'POST'], '/proxy/:resource'],
  [['GET', 'PATCH', 'POST'], '/proxy/:resource/:id'],
];

/** Method and path say which method of the resource is meant; a POST below a resource names it. */
function find(httpMethod: string, name: string, id: string | null): { resource: Resource; pathId: string | null } {
  const custom = httpMethod === 'POST' && id !== null ? id : null;
  const byVerb: Record<string, string> = { GET: id === null ? 'list' : 'get', POST: 'create', PATCH: 'update' };
  const method = custom ?? byVerb[httpMethod];
  const resource = resources.find((one) => one.resource === name && one.method === method);
  if (!resource) throw new TrutoError(404, `${name} has no method ${method}`);
  return { resource, pathId: custom === null ? id : null };
}

/** Token, account, and the two limits, in this order; answers what kind of account it is. */
function admit(state: State, request: FastifyRequest, accountId: string): AccountKind {
  const truto = trutoOf(state);
  if (request.headers.authorization !== `Bearer ${truto.token}`)
    throw new TrutoError(401, 'the API token is not valid');
  const now = state.now();
  for (const [limiter, key] of [
    [truto.perToken, truto.token],
    [truto.perAccount, accountId],
  ] as const) {
    if (!limiter.take(key, now).ok) throw new TrutoError(429, 'rate limit of Truto exceeded', { 'retry-after': '10' });
  }
  const kind = accountKinds.find((one) => truto.accounts[one] === accountId);
  if (!kind) throw new TrutoError(404, 'there is no such integrated account');
  if (kind === 'blocked') throw new TrutoError(503, 'the integrated account is blocked');
  return kind;
}

/** A write is carried out once per account, path and key; a repeat gets the first one's answer, unless that was a failure. */
function once(state: State, request: FastifyRequest, accountId: string, call: () => Promise<Kept>): Promise<Kept> {
  const key = request.headers['idempotency-key'];
  if (request.method === 'GET' || typeof key !== 'string') return call();
  const { kept } = trutoOf(state);
  const name = JSON.stringify([accountId, request.method, request.url.split('?', 1)[0], key]);
  const before = kept.get(name);
  if (before !== undefined) return before;
  const answer = call();
  kept.set(name, answer);
  const forget = () => kept.delete(name);
  answer.then(({ status }) => status >= 400 && forget(), forget);
  return answer;
}

const send = (reply: FastifyReply, { status, headers, body }: Kept): FastifyReply =>
  body === ''
    ? reply.code(status).headers(headers).send()
    : reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body);

const textsOf = (query: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((query ?? {}) as Record<string, unknown>).map(([key, value]) => [key, String(value)]),
  );
