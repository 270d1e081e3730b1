import type { Clock } from '../domain/ports.ts';
import { type ApiKey, requireApiKey } from './api-keys.ts';
import { type BaseDeps, createBase, type HttpServer } from './base.ts';
import { type BoardDeps, boardRoutes } from './board.ts';
import { type HealthDeps, healthRoutes } from './health.ts';
import { type LimitDeps, limitRoutes } from './limits.ts';
import { createMetrics, type MetricsDeps, metricsRoutes } from './metrics/metrics.ts';
import { requireRecordId } from './record-id.ts';
import { type RecordDeps, recordRoutes } from './records.ts';
import { type EventDeps, runEventRoutes } from './run-events.ts';
import { type RunDeps, runRoutes } from './runs.ts';
import { type TaskDeps, taskRoutes } from './tasks.ts';
import { type ToolDeps, toolRoutes } from './tools.ts';
import { type WebhookDeps, webhookRoutes } from './webhooks/routes.ts';

export type { HttpServer } from './base.ts';

/** What every process of the service serves, workers too. */
export interface ProbeDeps extends BaseDeps, HealthDeps, MetricsDeps, LimitDeps, Clock {}

export interface ServerDeps extends ProbeDeps {
  apiKeys: readonly ApiKey[];
  webhooks: Omit<WebhookDeps, 'metrics'>;
  records: RecordDeps;
  runs: RunDeps & EventDeps;
  tasks: TaskDeps;
  tools: ToolDeps['tools'];
  board: BoardDeps['queues'];
}

/** A worker's routes, without credentials: probes and metrics, nothing that changes anything. */
export async function createProbeServer(deps: ProbeDeps): Promise<HttpServer> {
  return (await withProbes(deps)).app;
}

/** All routes, and what must hold before each. The server is a value: nothing listens yet, and tests use `inject`. */
export async function createServer(deps: ServerDeps): Promise<HttpServer> {
  const { app, metrics } = await withProbes(deps);
  // Each connection authenticates its own sender.
  await app.register(webhookRoutes, { ...deps.webhooks, metrics });
  await app.register(
    async (api) => {
      api.addHook('onRequest', requireApiKey(deps.apiKeys));
      api.addHook('onRequest', requireRecordId);
      await api.register(recordRoutes, deps.records);
      await api.register(runRoutes, deps.runs);
      await api.register(runEventRoutes, deps.runs);
      await api.register(limitRoutes, deps);
      await api.register(taskRoutes, deps.tasks);
      await api.register(toolRoutes, { tools: deps.tools });
    },
    { prefix: '/v1' },
  );
  // The board asks for a login: the name and the key of an API key.
  await app.register(boardRoutes, { apiKeys: deps.apiKeys, queues: deps.board });
  return app;
}

async function withProbes(deps: ProbeDeps) {
  const app = await createBase(deps);
  const metrics = createMetrics(deps);
  await app.register(healthRoutes, deps);
  await app.register(metricsRoutes, metrics);
  return { app, metrics };
}
