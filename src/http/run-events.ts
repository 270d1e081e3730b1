import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RunStep } from '../run.ts';
import { notFound, problem } from './errors.ts';

export interface EventParts {
  /** Null: there is no such run. */
  isConcluded(id: string): Promise<boolean | null>;
  /** The run's steps after `step`. Asked twice a second for each client: nothing else may be read for it. */
  stepsAfter(id: string, step: number): Promise<RunStep[]>;
  /** How often to look, and how long a stream may be silent, ms. */
  timing?: { lookEveryMs: number; heartbeatMs: number };
}

interface EventRequest {
  Params: { id: string };
  Headers: { 'last-event-id'?: string };
}

const maxClients = 100;
const usual = { lookEveryMs: 500, heartbeatMs: 15_000 };

/** A run's steps as server-sent events while it runs; `Last-Event-ID` resumes; the stream ends with the conclusion. */
export async function runEventRoutes(app: FastifyInstance, parts: EventParts): Promise<void> {
  const clients = new Set<FastifyReply>();
  app.addHook('preClose', async () => {
    for (const reply of clients) reply.raw.end();
  });
  app.get<EventRequest>('/runs/:id/events', async ({ params: { id }, headers }, reply) => {
    const after = Math.max(0, Math.trunc(Number(headers['last-event-id'] ?? 0)) || 0);
    const isOver = await parts.isConcluded(id);
    if (isOver === null) throw notFound('run of this id', 'ids are in GET /v1/runs');
    if (clients.size >= maxClients) {
      const hint = 'come again, or ask /v1/runs/:id from time to time';
      throw problem(503, { code: 'too_many_listeners', message: 'too many streams are open', hint });
    }
    reply.hijack();
    // Gone while we looked: its `close` has been, and would never give the place back.
    if (reply.raw.destroyed) return;
    clients.add(reply);
    reply.raw.once('close', () => clients.delete(reply));
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    follow({ id, after, isOver }, reply, parts);
  });
}

/** Looks for new steps until the run is over or the client has gone. Redis away ends the stream: the client resumes. */
function follow(
  { id, after, isOver }: { id: string; after: number; isOver: boolean },
  { raw }: FastifyReply,
  { stepsAfter, timing: { lookEveryMs, heartbeatMs } = usual }: EventParts,
): void {
  let last = after;
  let quietMs = 0;
  const look = async () => {
    if (raw.destroyed || raw.writableEnded) return;
    const news = await stepsAfter(id, last);
    for (const step of news) raw.write(`id: ${step.step}\nevent: step\ndata: ${JSON.stringify(step)}\n\n`);
    last = news.at(-1)?.step ?? last;
    if (isOver || news.some(({ type }) => type === 'concluded')) return void raw.end('event: end\ndata: {}\n\n');
    quietMs = news.length > 0 ? 0 : quietMs + lookEveryMs;
    if (quietMs >= heartbeatMs) {
      raw.write(': still running\n\n');
      quietMs = 0;
    }
    setTimeout(next, lookEveryMs);
  };
  const next = () => void look().catch(() => raw.end());
  next();
}
