import { once } from 'node:events';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { exchange } from '../../src/outbound/http.ts';
import { readText } from '../../src/outbound/read-text.ts';
import { ports } from '../helpers/ports.ts';

t.test('an answer that unpacks to far too much data is given up', async (t) => {
  const packed = gzipSync(Buffer.alloc(64_000_000, 'x'));
  const server = createServer((_, response) => response.setHeader('content-encoding', 'gzip').end(packed));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  const ask = (isWrite: boolean) => exchange({ url, init: {}, endpoint: 'GET /x', isWrite, timeoutMs: 20_000 }, ports);
  await t.rejects(ask(false), { code: 'network', effect: 'none' });
  await t.rejects(ask(true), { code: 'network', effect: 'unknown' }, 'a write may have been done');
});

t.test('a text is read whole even if its chunks cut characters apart', async (t) => {
  const bytes = Buffer.from('Größe 😀');
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  t.equal(await readText(new Response(stream)), 'Größe 😀');
  t.equal(await readText(new Response(null)), '');
  t.equal(await readText(new Response('\ufeff{}')), '{}', 'without a byte order mark');
  await t.rejects(readText(new Response('12345'), 4));
});
