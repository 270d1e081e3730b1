import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import t from 'tap';
import { runEventRoutes } from '../../src/http/run-events.ts';

t.test('a client that hangs up before its stream begins takes no place', async (t) => {
  const asked: (() => void)[] = [];
  const app = Fastify();
  await runEventRoutes(app, {
    async stepsAfter() {
      if (asked.length < clients) await new Promise<void>((resolve) => asked.push(resolve));
      return { steps: [], concluded: true };
    },
  });
  const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  t.teardown(() => app.close());
  for (let i = 1; i <= clients; i += 1) {
    const socket = connect(Number(address.port), address.hostname);
    const closed = new Promise((resolve) => app.server.once('connection', (theirs) => theirs.once('close', resolve)));
    socket.write('GET /runs/r1/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
    while (asked.length < i) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await Promise.all([once(socket, 'close'), closed]);
  }
  for (const answer of asked) answer();
  t.equal((await app.inject('/runs/r1/events')).statusCode, 200);
});

/** As many as may listen at once. */
const clients = 100;
