import t from 'tap';
import { startStack } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import { privateRedis } from '../helpers/redis.ts';

t.test('a task about a customer that BMS does not know ends by saying so', async (t) => {
  const stack = await startStack({ redis: await privateRedis(t), simFlags: ['--seed', '51'] });
  t.teardown(() => stack.stop());
  const service = await stack.start('all');
  const client = stack.client(service.url);
  const answer = await fetch(`${service.url}/v1/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'Close everything', account: 'Nobody Ltd' }),
  });
  t.equal(answer.status, 202);
  const { runId } = (await answer.json()) as { runId: string };
  const run = await waitFor('the end of the run', async () =>
    ((found) => found.state === 'concluded' && found)(await client.run(runId)),
  );
  t.match(run, { disposition: 'inconclusive', reason: /no account named "Nobody Ltd"/, incidentId: null });
  t.match(run.task, { text: 'Close everything', requestedBy: 'demo' });
  t.equal(
    (await client.runs()).items.some(({ id }) => id === runId),
    true,
  );
  t.same((await stack.sim.ledger()).effects, []);
});
