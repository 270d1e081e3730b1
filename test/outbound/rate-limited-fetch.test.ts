import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { freePort } from '../../harness/redis.ts';
import { createTransport } from '../../src/kaseya/transport.ts';
import { createTrutoTransport } from '../../src/kaseya/truto/transport.ts';
import { openBucket } from '../helpers/permits.ts';
import { ports } from '../helpers/ports.ts';

const request = { method: 'GET', template: '/v2/system/queues/lookup' } as const;

/** How the permits of one read were settled, for each of the two ways to BMS. */
async function permitsAt(baseUrl: string) {
  const { signal } = new AbortController();
  const common = { baseUrl, timeoutMs: 2_000, signal };
  const credentials = { username: 'u', password: 'p', tenant: 't' };
  const account = { token: 'k', accountId: 'a', operations: {}, catalogueTtlMs: 1_000 };
  const ways = [
    (bucket: ReturnType<typeof openBucket>) => createTransport({ ...ports, ...common, bucket, credentials }),
    (bucket: ReturnType<typeof openBucket>) => createTrutoTransport({ ...ports, ...common, bucket, ...account }),
  ];
  return Promise.all(
    ways.map(async (way) => {
      const bucket = openBucket();
      await t.rejects(way(bucket).call(request), { code: 'network' });
      return bucket.settled.map(({ status }) => status);
    }),
  );
}

t.test('a request that finds no listener gives its permit back', async (t) => {
  for (const settled of await permitsAt(`http://127.0.0.1:${await freePort()}`))
    t.same(settled, ['unused', 'unused', 'unused'], 'a read is tried three times, the sign-in for it no more often');
});

t.test('a request that was cut off after it was sent has used its permit', async (t) => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  for (const settled of await permitsAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
    t.same(settled, [null, null, null]);
});
