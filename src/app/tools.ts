import type { Redis } from 'ioredis';
import { createModel, type Model } from '../agent/model.ts';
import { modelOptions, modelQuotaOwner, runBudget } from '../agent/settings.ts';
import type { TriageDeps } from '../agent/triage.ts';
import type { Config } from '../config.ts';
import type { Ports } from '../domain/ports.ts';
import { clientOptions } from '../kaseya/settings.ts';
import { outcomeOfModelCall, type UpstreamHealth, watched } from '../outbound/health.ts';
import { createModelBudget } from '../ratelimit/model-budget.ts';
import { leaseFor, patienceMs } from '../ratelimit/settings.ts';
import { createTicketHints } from '../store/ticket-hints.ts';
import { createTools } from '../tools/bms/index.ts';
import { inLanes, neverShared } from '../tools/lanes.ts';
import { remedyTools } from '../tools/remedies.ts';
import { absentAfterMs } from '../tools/settings.ts';
import { refusingUnsupported } from '../tools/unsupported.ts';
import type { AppContext } from './context.ts';
import type { Upstream } from './upstreams.ts';

/** Every tool there is, on this upstream. */
export const toolsFor = ({ defaults, kaseyaOne }: Config, { bms, remedies }: Upstream) => [
  ...createTools({ bms, defaults, kaseyaOne }),
  ...remedyTools({ assets: bms.assets, remedies }),
];

/** What triage works with: the upstream, the model, the tools, and the bounds of a run. */
export function triageDeps(
  { config, ports }: Pick<AppContext, 'config' | 'ports'>,
  upstream: Upstream,
  redis: Redis,
  health: UpstreamHealth,
): TriageDeps {
  const { operations } = upstream;
  const tools = toolsFor(config, upstream).map((tool) =>
    operations ? refusingUnsupported(tool, operations.objection) : tool,
  );
  return {
    bms: upstream.bms,
    hints: createTicketHints(redis, config),
    touchReads: neverShared(upstream.bms.tickets),
    freshMs: config.touch.freshSeconds * 1000,
    model: { ask: watched(modelOf(config, redis, ports).ask, health, outcomeOfModelCall) },
    tools: new Map(tools.map((tool) => [tool.name, inLanes(tool)])),
    accounts: config.accounts,
    budget: runBudget(config.budget),
    escalationQueue: config.escalation.queue,
    jobDeadlineMs: config.rmm.deadlineSeconds * 1000,
    readBackMs: config.rmm.readBackSeconds * 1000,
    absentAfterMs: absentAfterMs(clientOptions(config).timeoutMs),
    now: ports.now,
  };
}

function modelOf(config: Config, redis: Redis, ports: Ports): Model {
  const options = modelOptions(config);
  const acquire = createModelBudget(redis, {
    ...ports,
    ...config.model,
    name: modelQuotaOwner(config),
    leaseMs: leaseFor(options.timeoutMs),
    patienceMs: patienceMs.model,
  });
  return createModel({ ...options, acquire, now: ports.now });
}
