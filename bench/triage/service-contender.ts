import { tmpdir } from 'node:os';
import { startRedis } from '../../harness/redis.ts';
import { dattoAlert, startStack } from '../../harness/stack.ts';
import type { StartContender } from './contender.ts';
import { startModel } from './model.ts';

/** bms-triage as it is delivered: its defaults, mode `auto`, and the limit that its operator knows of. */
export const startService: StartContender = async ({ simFlags, rateLimit, modelLatencyMs }) => {
  const redis = await startRedis();
  const model = await startModel(modelLatencyMs, tmpdir());
  const config = rateLimit ? { rateLimit } : {};
  const stack = await startStack({ redis, simFlags, config, modelUrl: model.url });
  let service = await stack.start('all');
  return {
    sim: stack.sim,
    async deliver(ticket) {
      const response = await stack.client(service.url).deliver('datto', dattoAlert(ticket));
      if (response.status !== 202) throw new Error(`the service answered ${response.status}`);
    },
    async verdict(ticket) {
      const client = stack.client(service.url);
      const [alert] = await client.alerts(ticket.alertRefId ?? '');
      if (!alert?.runId) return null;
      const { disposition, reason } = await client.run(alert.runId);
      return disposition && { saysDone: disposition === 'resolved', words: `${disposition}: ${reason}` };
    },
    async crash() {
      await service.kill();
      service = await stack.start('all');
    },
    tokens: () => model.tokens(),
    async stop() {
      await stack.stop();
      await model.stop();
      await redis.stop();
    },
  };
};
