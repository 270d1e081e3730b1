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

/** False cuts the exchange at this moment: `before` it is not sent on, `after` its answer is not delivered. */
export type AppendTap = (moment: Moment, append: Append) => boolean;

export interface RedisProxy {
  url: string;
  close(): Promise<void>;
}

/**
 * Stands between one process and Redis, and tells of every append to a run's journal: a script with the journal among
 * its keys. An append counts once Redis has accepted it, so a script that was not loaded yet, or a fenced owner, does not.
 */
export async function startRedisProxy(target: { port: number }, tap: AppendTap): Promise<RedisProxy> {
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

function relay(client: Socket, upstream: Socket, tap: AppendTap): void {
  const commands = createSplitter();
  const replies = createSplitter();
  const awaited: (Append | null)[] = [];
  client.on('data', (chunk) => {
    for (const command of commands(chunk)) {
      if (client.destroyed) return;
      const append = appendIn(command);
      if (append && !tap('before', append)) return void client.destroy();
      awaited.push(append);
      upstream.write(command);
    }
  });
  upstream.on('data', (chunk) => {
    for (const reply of replies(chunk)) {
      if (client.destroyed) return;
      const append = isPush(reply) ? null : (awaited.shift() ?? null);
      const counts = append !== null && isAccepted(reply);
      if (counts && !tap('after', append)) return void client.destroy();
      client.write(reply, () => counts && tap('answered', append));
    }
  });
}

const isPush = (reply: Buffer) => reply[0] === '>'.charCodeAt(0);

/** An error, or the scripts' own "no" (-1 fenced, 0 unknown run), has written nothing. */
const isAccepted = (reply: Buffer) => !/^(?:-|:-1\r|:0\r)/.test(reply.toString('latin1', 0, 8));

const journalKey = /^\{bms\}:run:([^:]+):journal$/;

function appendIn(command: Buffer): Append | null {
  if (!/^EVAL(?:SHA)?$/i.test(secondLine(command)) || !command.includes(':journal\r\n')) return null;
  const [, , keyCount = '0', ...rest] = readCommand(command);
  const keys = rest.slice(0, Number(keyCount));
  const runIds = keys.flatMap((key) => journalKey.exec(key)?.[1] ?? []);
  return runIds.length === 0 ? null : { runIds, args: rest.slice(Number(keyCount)) };
}

/** A command's name: `*4\r\n$7\r\nEVALSHA\r\n…` */
const secondLine = (command: Buffer) => command.toString('latin1', 0, 32).split('\r\n')[2] ?? '';
