import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Ports } from '../domain/ports.ts';
import { notFound, problem } from './errors.ts';
import { createEventFeeds, type EventFeeds, type ReadNews } from './event-feed.ts';

export interface EventDeps extends Pick<Ports, 'after'> {
  isKnown(id: string): Promise<boolean>;
  readNews: ReadNews;
  /** How often to look, for all streams together, and how long a stream may be silent, ms. */
  timing?: { lookEveryMs: number; heartbeatMs: number };
}

interface EventRequest {
  Params: { id: string };
  Headers: { 'last-event-id'?: string };
}

const maxClients = 200;
const usual = { lookEveryMs: 500, heartbeatMs: 15_000 };

/** A run's steps as server-sent events while it runs; `Last-Event-ID` resumes; the stream ends with the conclusion. */
export async function runEventRoutes(app: FastifyInstance, deps: EventDeps): Promise<void> {
  const { lookEveryMs, heartbeatMs } = deps.timing ?? usual;
  const following = createEventFeeds(deps.readNews, { lookEveryMs, after: deps.after });
  const clients = new Set<FastifyReply>();
  app.addHook('preClose', async () => {
    for (const reply of clients) reply.raw.end();
  });
  app.get<EventRequest>('/runs/:id/events', async ({ params: { id }, headers }, reply) => {
    const sentUpTo = Math.max(0, Math.trunc(Number(headers['last-event-id'] ?? 0)) || 0);
    if (!(await deps.isKnown(id))) throw notFound('run of this id', 'ids are in GET /v1/runs');
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
    reply.raw.flushHeaders();
    stream({ id, sentUpTo, heartbeatMs, after: deps.after }, reply, following);
  });
}

/** Passes on what the run's feed holds, as fast as the client takes it. A feed that breaks ends the stream: the client resumes. */
function stream(
  { id, sentUpTo, heartbeatMs, after }: { id: string; sentUpTo: number; heartbeatMs: number } & Pick<Ports, 'after'>,
  { raw }: FastifyReply,
  following: EventFeeds,
): void {
  let sent = sentUpTo;
  const takesMore = () => !raw.writableNeedDrain && !raw.writableEnded && !raw.destroyed;
  let cancelHeartbeat = () => {};
  const beatLater = () => {
    cancelHeartbeat();
    cancelHeartbeat = after(heartbeatMs, () => {
      if (takesMore()) raw.write(': still running\n\n');
      beatLater();
    });
  };
  const more = () => {
    while (sent < feed.events.length && takesMore()) {
      raw.write(feed.events[sent]);
      sent += 1;
      beatLater();
    }
    if (feed.isOver && sent >= feed.events.length && takesMore()) raw.end('event: end\ndata: {}\n\n');
  };
  const follower = { more, broken: () => raw.end() };
  const feed = following.follow(id, follower);
  beatLater();
  raw.on('drain', more);
  raw.once('close', () => {
    cancelHeartbeat();
    following.leave(id, follower);
  });
  more();
}
