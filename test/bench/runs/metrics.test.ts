import { once } from 'node:events';
import { createServer } from 'node:http';
import t from 'tap';
import { readMetric } from '../../../bench/runs/metrics.ts';

const metrics = `# HELP jobs Jobs
jobs{queue="runs",state="delayed"} 12
jobs_total 7
jobs 1.5e+06
`;

t.test('a metric is read by its whole name and labels', async (t) => {
  const server = createServer((_, response) => response.end(metrics)).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  t.equal(await readMetric(url, 'jobs{queue="runs",state="delayed"}'), 12);
  t.equal(await readMetric(url, 'jobs'), 1_500_000);
  t.equal(await readMetric(url, 'job'), 0, 'what is absent is 0');
});
