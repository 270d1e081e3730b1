import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createSplitter, readCommand } from './resp.ts';
import type { Moment } from './tap.ts';

/** One append to the journal of a run, or of several at once, seen on its way. */
export interface Append {
  runIds: readonly string[];
  /** The script's arguments, the entry among them. */
  args: readonly string[];
}

/** One step of a batch of rows of RMM writes: it is claimed, or asked for right before it is sent. */
export interface BatchStep {
  step: 'claim' | 'send';
  batchId: string;
  /** The runs whose rows a claim took; known only from its answer. */
  runIds: readonly string[];
}

export type Step = Append | BatchStep;

/** False cuts the exchange at this moment: `before` it is not sent on, `after` its answer is not delivered. */
export type StepTap = (moment: Moment, step: Step) => boolean;

export interface RedisProxy {
  url: string;
  close(): Promise<void>;
}

/**
 * Stands between one process and Redis, and reports every append to a run's journal: a script with the journal among
 * its keys; and of the scripts that move a batch. A step counts once Redis has accepted it, so a script that was not
 * loaded yet, or a fenced owner, does not.
 */
export async function startRedisProxy(target: { port: number }, tap: StepTap): Promise<RedisProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target.port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    // What was sent on is carried out even if its sender dies: the end comes after the data, not instead of it.
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
    relay(client, upstream, tap);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function relay(client: Socket, upstream: Socket, tap: StepTap): void {
  const commands = createSplitter();
  const replies = createSplitter();
  const awaited: (Step | null)[] = [];
  client.on('data', (chunk) => {
    for (const command of commands(chunk)) {
      if (client.destroyed) return;
      const step = stepIn(command);
      if (step && !tap('before', step)) return void client.destroy();
      awaited.push(step);
      upstream.write(command);
    }
  });
  upstream.on('data', (chunk) => {
    for (const reply of replies(chunk)) {
      if (client.destroyed) return;
      const asked = isPush(reply) ? null : (awaited.shift() ?? null);
      const step = asked && isAccepted(reply) ? withRuns(asked, reply) : null;
      if (step && !tap('after', step)) return void client.destroy();
      client.write(reply, () => step && tap('answered', step));
    }
  });
}

const isPush = (reply: Buffer) => reply[0] === '>'.charCodeAt(0);

/** An error, or the scripts' own "no" (-1 fenced, 0 unknown run), has written nothing. */
const isAccepted = (reply: Buffer) => !/^(?:-|:-1\r|:0\r)/.test(reply.toString('latin1', 0, 8));

const journalKey = /^\{bms\}:run:([^:]+):journal$/;
const queueKey = /^\{bms\}:rmm:queue:/;
const batchKey = /^\{bms\}:rmm:batch:([^:]+)$/;

function stepIn(command: Buffer): Step | null {
  if (!/^EVAL(?:SHA)?$/i.test(secondLine(command))) return null;
  const [, , keyCount = '0', ...rest] = readCommand(command);
  const keys = rest.slice(0, Number(keyCount));
  const runIds = keys.flatMap((key) => journalKey.exec(key)?.[1] ?? []);
  if (runIds.length > 0) return { runIds, args: rest.slice(Number(keyCount)) };
  const batchId = keys.map((key) => batchKey.exec(key)?.[1]).find((id) => id !== undefined);
  if (batchId === undefined) return null;
  // A claim names the queue first; the batch that it makes comes after. Two keys have the batch and the list of all.
  if (queueKey.test(keys[0] ?? '')) return { step: 'claim', batchId, runIds };
  return keys.length === 2 ? { step: 'send', batchId, runIds } : null;
}

/** A claim's answer holds its rows as JSON. */
function withRuns(step: Step, reply: Buffer): Step {
  if (!('step' in step) || step.step !== 'claim') return step;
  return { ...step, runIds: [...reply.toString().matchAll(/"runId":"([^"]+)"/g)].flatMap(([, id]) => id ?? []) };
}

/** A command's name: `*4\r\n$7\r\nEVALSHA\r\n…` */
const secondLine = (command: Buffer) => command.toString('latin1', 0, 32).split('\r\n')[2] ?? '';
