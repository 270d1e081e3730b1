import { Redis } from 'ioredis';
import { dattoAlert, type ServiceClient } from '../harness/stack.ts';
import type { Run, RunStep } from '../src/domain/run-view.ts';
import type { Rig } from './rig.ts';
import type { Outcome, Subject } from './subject.ts';
import type { Target } from './target.ts';

/** Short waits, so that a sample is over soon; another suite tests the rate limit. */
export const serviceConfig = {
  rateLimit: { requests: 1_000_000, windowSeconds: 3600 },
  // Longer than a takeover (20 s): the next worker must still have time to read a write back.
  rmm: { firstPollSeconds: 1, maxPollSeconds: 5, deadlineSeconds: 60, readBackSeconds: 30 },
  timeouts: { bmsSeconds: 4, modelSeconds: 20 },
  // Few, so that a kill hits its own run and few others.
  concurrency: 3,
};

export const serviceName = 'bms-triage';

/** bms-triage itself: one server that is left alone, and workers that are struck. */
export function createService({ workers }: { workers: number }): Subject {
  let client: ServiceClient | null = null;
  let redisUrl = '';
  const api = () => {
    if (!client) throw new Error('the service was not started');
    return client;
  };
  return {
    name: serviceName,
    async start(rig) {
      redisUrl = rig.direct.redisUrl;
      const server = await rig.stack.start('server');
      client = rig.stack.client(server.url);
      const places = await Promise.all(Array.from({ length: workers }, (_, n) => openWorker(rig, `worker-${n + 1}`)));
      await Promise.all(places.map(({ ready }) => ready));
    },
    submit: async (target) =>
      (await api().deliver('datto', { ...dattoAlert(target.ticket), alert_uid: target.alertRefId })).status === 202,
    async outcome({ alertRefId }) {
      const alerts = await api().alerts(alertRefId);
      const first = alerts.find(({ runId }) => runId !== null);
      if (!first?.runId || first.outcome === null) return null;
      return outcomeOf(await api().run(first.runId));
    },
    evidence: ({ alertRefId }) => evidenceOf(alertRefId, api(), redisUrl),
  };
}

const openWorker = (rig: Rig, name: string) =>
  rig.openPlace(name, ({ redisUrl, bmsUrl, modelUrl }, onSpawn) =>
    rig.stack.start('worker', {
      env: { REDIS_URL: redisUrl, KASEYA_BASE_URL: bmsUrl, OPENAI_BASE_URL: modelUrl },
      onSpawn,
    }),
  );

function outcomeOf(run: Run): Outcome {
  return {
    runId: run.id,
    said: run.disposition ?? 'inconclusive',
    reason: run.reason ?? '',
    claims: run.steps.flatMap((step) => claimOf(step, run.steps)),
    undecidable: run.steps.flatMap((step) => doubtOf(step, run.steps)),
  };
}

interface Detail {
  callId?: string;
  tool?: string;
  outcome?: string;
  message?: string;
  transactionId?: string;
  job?: { transactionId: string };
}

const operations: Record<string, string> = {
  create_a_kaseya_bms_tickets_resolve: 'POST /v2/rmm/{integrationType}/tickets/resolve',
  create_a_kaseya_bms_rmm_ticket: 'POST /v2/rmm/{integrationType}/tickets',
  create_a_kaseya_bms_assignticket: 'POST /v2/servicedesk/tickets/{ticketId}/assignticket',
};

/** The operation that the timeline says succeeded, if this step says so. */
function claimOf({ type, detail }: RunStep, steps: readonly RunStep[]): string[] {
  const { callId, outcome, transactionId } = detail as Detail;
  const succeeded =
    (type === 'write_done' && outcome === 'done') || (type === 'rmm_job_finished' && outcome === 'succeeded');
  if (!succeeded) return [];
  const intent = steps.find(
    (step) =>
      step.type === 'write_intended' &&
      ((step.detail as Detail).callId === callId || transactionId?.endsWith(`.${(step.detail as Detail).callId}`)),
  );
  const operation = operations[(intent?.detail as Detail | undefined)?.tool ?? ''];
  return operation === undefined ? [] : [operation];
}

/** Why a person must check: the answer was lost, for this cause, and a read-back is inconclusive; or the job never reported. */
function doubtOf({ type, detail }: RunStep, steps: readonly RunStep[]): string[] {
  const { outcome, message = '', callId } = detail as Detail;
  if (type === 'write_done' && outcome === 'undecidable') {
    const about = (step: RunStep) => (step.detail as Detail).callId === callId;
    const lost = steps.find((step) => step.type === 'rmm_submit_lost' && about(step))?.detail as Detail | undefined;
    const intent = steps.find((step) => step.type === 'write_intended' && about(step))?.detail as Detail | undefined;
    return [`${intent?.tool}: ${lost?.message ?? message}`];
  }
  if (type === 'rmm_job_finished' && outcome === 'unknown') return [message];
  return [];
}

/** The alert's records, its runs with their timelines, and the raw journals. */
async function evidenceOf(alertRefId: Target['alertRefId'], client: ServiceClient, redisUrl: string): Promise<unknown> {
  const alerts = await client.alerts(alertRefId);
  const ids = [...new Set(alerts.flatMap(({ runId }) => runId ?? []))];
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
  redis.on('error', () => {});
  try {
    const runs = await Promise.all(
      ids.map(async (id) => ({
        run: await client.run(id).catch(String),
        journal: await redis.xrange(`{bms}:run:${id}:journal`, '-', '+').catch(String),
        job: await redis.hgetall(`{bms}:runs:${id}`).catch(String),
      })),
    );
    return { alerts, runs };
  } finally {
    redis.disconnect();
  }
}
