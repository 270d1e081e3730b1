import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Ports } from '../domain/ports.ts';
import { notFound, problem } from './errors.ts';
import { createEventFeeds, type EventFeeds, type ReadNewSteps } from './event-feed.ts';

export interface EventDeps extends Pick<Ports, 'after'> {
  isKnown(id: string): Promise<boolean>;
  readNewSteps: ReadNewSteps;
  /** How often all streams together are polled, and how long a stream may be silent. */
  timing?: { pollEveryMs: number; heartbeatMs: number };
}

interface EventRequest {
  Params: { id: string };
  Headers: { 'last-event-id'?: string };
}

const maxClients = 200;
const defaultTiming = { pollEveryMs: 500, heartbeatMs: 15_000 };

/** A run's steps as server-sent events while it runs; `Last-Event-ID` resumes; the stream ends with the conclusion. */
export async function runEventRoutes(app: FastifyInstance, deps: EventDeps): Promise<void> {
  const { pollEveryMs, heartbeatMs } = deps.timing ?? defaultTiming;
  const feeds = createEventFeeds(deps.readNewSteps, { pollEveryMs, after: deps.after });
  const clients = new Set<FastifyReply>();
  app.addHook('preClose', async () => {
    for (const reply of clients) reply.raw.end();
  });
  app.get<EventRequest>('/runs/:id/events', async ({ params: { id }, headers }, reply) => {
    const sentUpTo = Math.max(0, Math.trunc(Number(headers['last-event-id'] ?? 0)) || 0);
    if (!(await deps.isKnown(id))) throw notFound('run of this id', 'ids are in GET /v1/runs');
    if (clients.size >= maxClients) {
      const hint = 'try again later, or poll /v1/runs/:id';
      throw problem(503, { code: 'too_many_listeners', message: 'too many streams are open', hint });
    }
    reply.hijack();
    // The client hung up during the read: its `close` event has passed, and would never free its place.
    if (reply.raw.destroyed) return;
    clients.add(reply);
    reply.raw.once('close', () => clients.delete(reply));
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.raw.flushHeaders();
    stream({ id, sentUpTo, heartbeatMs, after: deps.after }, reply, feeds);
  });
}

interface Stream extends Pick<Ports, 'after'> {
  /** Of the run. */
  id: string;
  /** The last step that the client has. */
  sentUpTo: number;
  heartbeatMs: number;
}

/** Sends the events of the run's feed as fast as the client takes them. A feed that fails ends the stream: the client resumes. */
function stream({ id, sentUpTo, heartbeatMs, after }: Stream, { raw }: FastifyReply, feeds: EventFeeds): void {
  let sent = sentUpTo;
  const canWrite = () => !raw.writableNeedDrain && !raw.writableEnded && !raw.destroyed;
  let cancelHeartbeat = () => {};
  const scheduleHeartbeat = () => {
    cancelHeartbeat();
    cancelHeartbeat = after(heartbeatMs, () => {
      if (canWrite()) raw.write(': still running\n\n');
      scheduleHeartbeat();
    });
  };
  const sendEvents = () => {
    while (sent < feed.events.length && canWrite()) {
      raw.write(feed.events[sent]);
      sent += 1;
      scheduleHeartbeat();
    }
    if (feed.isOver && sent >= feed.events.length && canWrite()) raw.end('event: end\ndata: {}\n\n');
  };
  const subscriber = { onUpdate: sendEvents, onFailure: () => raw.end() };
  const feed = feeds.subscribe(id, subscriber);
  scheduleHeartbeat();
  raw.on('drain', sendEvents);
  raw.once('close', () => {
    cancelHeartbeat();
    feeds.unsubscribe(id, subscriber);
  });
  sendEvents();
}
