import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Alert } from '../../domain/alert.ts';
import type { Decode, Delivery } from '../../domain/delivery.ts';
import { errorMessage, PayloadError } from '../../domain/errors.ts';
import { isoAt, type Ports } from '../../domain/ports.ts';
import { notFound, problem, queueUnavailable } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type Auth, isAuthentic } from './credentials.ts';

export interface Connection {
  /** Its sender's adapter. */
  decode: Decode;
  auth: Auth;
  secrets: readonly string[];
}

export interface WebhookDeps extends Pick<Ports, 'now' | 'newId'> {
  connections: ReadonlyMap<string, Connection>;
  /** Resolves when Redis holds all of them. */
  enqueue(alerts: readonly Alert[]): Promise<void>;
  maxBodyBytes: number;
  metrics: Metrics;
}

interface Hook {
  Params: { connection: string };
}

/** Senders post here: authenticate the raw bytes → decode → enqueue → 202. No branch skips a step. */
export async function webhookRoutes(app: FastifyInstance, deps: WebhookDeps): Promise<void> {
  // Senders label JSON as a form, as octets or not at all, and the signature covers the raw bytes: any label is accepted.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook<Hook>('onError', async (request, _, error) => {
    const connection = deps.connections.has(request.params.connection) ? request.params.connection : 'unknown';
    const code = error.code ?? 'unexpected';
    deps.metrics.deliveriesRefused.inc({ connection, code });
    request.log.warn({ connection, code }, 'delivery_refused');
  });
  app.route<Hook>({
    method: ['POST', 'PUT'],
    url: '/webhooks/:connection',
    bodyLimit: deps.maxBodyBytes,
    onRequest: async (request) => {
      // The label does not matter, and Fastify refuses one that it cannot parse.
      request.raw.headers['content-type'] = 'application/octet-stream';
      const connection = connectionOf(request, deps);
      // A shared secret is checked before the body is read.
      if ('header' in connection.auth) authenticate(request, Buffer.alloc(0), connection);
    },
    async handler(request, reply) {
      const connection = connectionOf(request, deps);
      const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      if ('hmacHeader' in connection.auth) authenticate(request, raw, connection);
      const alerts = decode(connection, parseJson(raw), {
        connection: request.params.connection,
        receivedAt: isoAt(deps.now()),
        newId: deps.newId,
      });
      await enqueue(alerts, deps);
      for (const { action } of alerts)
        deps.metrics.alertsAccepted.inc({ connection: request.params.connection, action });
      const accepted = alerts.map(({ id, sourceId, alertKey, action }) => ({ id, sourceId, alertKey, action }));
      return reply.code(202).send({ accepted: alerts.length, alerts: accepted });
    },
  });
}

function connectionOf({ params }: FastifyRequest<Hook>, { connections }: WebhookDeps): Connection {
  const connection = connections.get(params.connection);
  if (!connection)
    throw notFound('connection of this name', 'the URL path names one of the connections in the configuration file');
  return connection;
}

function authenticate({ headers }: FastifyRequest, raw: Buffer, { auth, secrets }: Connection): void {
  if (isAuthentic(headers, raw, auth, secrets)) return;
  const hint =
    'header' in auth
      ? `send the connection's secret in the header ${auth.header}`
      : `send the hex HMAC-SHA256 of the body in the header ${auth.hmacHeader}`;
  throw problem(401, { code: 'unauthorized', message: 'the secret or signature is missing or wrong', hint });
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const message =
      raw.length === 0 ? 'the body is empty' : `the body is not JSON: ${errorMessage(error).slice(0, 120)}`;
    const hint = 'check the template at the sender: quotes and line breaks in variables must be escaped';
    throw problem(400, { code: 'unreadable_body', message, hint });
  }
}

function decode(connection: Connection, payload: unknown, delivery: Delivery): Alert[] {
  try {
    return connection.decode(payload, delivery);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    const { code, message, hint } = error;
    throw problem(422, { code, message, hint }, error);
  }
}

async function enqueue(alerts: readonly Alert[], deps: WebhookDeps): Promise<void> {
  try {
    await deps.enqueue(alerts);
  } catch (error) {
    throw queueUnavailable('alert', error);
  }
}
