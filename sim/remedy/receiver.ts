import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assetByAgent, cleanUp } from '../bms/clean-up.ts';
import { createRandom } from '../bms/random.ts';
import type { State } from '../bms/state.ts';
import type { World } from '../bms/world.ts';

interface Order {
  at: number;
  status: 'succeeded' | 'failed';
  message: string;
}

interface Receiver {
  /** As Standard Webhooks writes it. */
  secret: string;
  orders: Map<string, Order>;
}

const known = new WeakMap<World, Receiver>();

export function receiverOf({ world }: State): Receiver {
  const existing = known.get(world);
  if (existing) return existing;
  const key = Buffer.from(createRandom(`${world.seed}:remedy`).hex(48), 'hex').toString('base64');
  const receiver = { secret: `whsec_${key}`, orders: new Map() };
  known.set(world, receiver);
  return receiver;
}

const toleranceSeconds = 300;

/** A service of the operator's that carries out remedies: it checks the signature and does an order once. */
export function addRemedy(scope: FastifyInstance, state: State): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: unknown) => body,
  );

  scope.post('/remedy/hooks', async (request, reply) => {
    const id = verified(request, String(request.body ?? ''), state);
    if (id === null) return reply.code(401).send({ error: 'the signature is not valid' });
    const { orders } = receiverOf(state);
    if (!orders.has(id)) orders.set(id, carryOut(id, String(request.body), state));
    return reply.code(202).send({ id });
  });

  scope.get<{ Params: { id: string } }>('/remedy/status/:id', async (request, reply) => {
    if (verified(request, '', state) === null) return reply.code(401).send({ error: 'the signature is not valid' });
    const order = receiverOf(state).orders.get(request.params.id);
    if (!order) return reply.code(404).send({ error: 'there is no such order' });
    const isDone = state.now() >= order.at + state.options.jobSeconds.max * 1000;
    return isDone ? { status: order.status, message: order.message } : { status: 'running', message: null };
  });
}

/** The id that was signed; null when the signature or the time is not good. */
function verified(request: FastifyRequest, body: string, state: State): string | null {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return null;
  if (Math.abs(state.now() / 1000 - Number(timestamp)) > toleranceSeconds) return null;
  const key = Buffer.from(receiverOf(state).secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  const isGood = signature.split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isGood ? id : null;
}

function carryOut(id: string, text: string, state: State): Order {
  const at = state.now();
  const body = JSON.parse(text) as { data?: { device?: { uid?: string } } };
  const asset = assetByAgent(state.world, body.data?.device?.uid ?? '');
  if (!asset) return { at, status: 'failed', message: 'no such device' };
  const freed = cleanUp(state.world, asset, {
    operation: 'POST /remedy/hooks',
    at: new Date(at).toISOString(),
    jobId: id,
    body,
  });
  return { at, status: 'succeeded', message: `freed ${freed} MB on C:` };
}
