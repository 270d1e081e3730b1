import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Moment } from './tap.ts';

/** One request on its way, and its answer once there is one. */
export interface Exchange {
  method: string;
  /** Path and query, as they were sent. */
  url: string;
  body: string;
  answer?: string;
}

/** `cut` hangs up: before the request was sent on, or after it was answered. An answer of ours takes its place. */
export type HttpVerdict = 'pass' | 'cut' | { status: number; body: unknown };
export type HttpTap = (moment: Moment, exchange: Exchange) => HttpVerdict | Promise<HttpVerdict>;

export interface HttpProxy {
  url: string;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Stands between one process and a server, and reports every request and its answer. */
export async function startHttpProxy(target: string, tap: HttpTap): Promise<HttpProxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    relay(incoming, outgoing, { target, agent, tap }).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}

interface Line {
  target: string;
  agent: Agent;
  tap: HttpTap;
}

async function relay(incoming: IncomingMessage, outgoing: ServerResponse, { target, agent, tap }: Line): Promise<void> {
  const body = await bytesOf(incoming);
  const exchange: Exchange = { method: incoming.method ?? '', url: incoming.url ?? '', body: body.toString() };
  const first = await tap('before', exchange);
  if (first === 'cut') return void incoming.socket.destroy();
  if (first !== 'pass') return answer(outgoing, ours(first));
  const theirs = await forward(incoming, body, { target, agent });
  const answered = { ...exchange, answer: theirs.body.toString() };
  const second = await tap('after', answered);
  if (second === 'cut') return void incoming.socket.destroy();
  outgoing.on('finish', () => void tap('answered', answered));
  answer(outgoing, second === 'pass' ? theirs : ours(second));
}

async function forward(incoming: IncomingMessage, body: Buffer, line: Omit<Line, 'tap'>): Promise<Answer> {
  const { host } = new URL(line.target);
  const options = { method: incoming.method, headers: { ...incoming.headers, host }, agent: line.agent };
  const outward = request(line.target + incoming.url, options);
  outward.end(body);
  const [response] = (await once(outward, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 502, headers: response.headers, body: await bytesOf(response) };
}

const ours = ({ status, body }: { status: number; body: unknown }): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});

function answer(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  const { connection, 'keep-alive': keepAlive, 'transfer-encoding': encoding, ...kept } = headers;
  void [connection, keepAlive, encoding];
  outgoing.writeHead(status, { ...kept, 'content-length': body.length }).end(body);
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
