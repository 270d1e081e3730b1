import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ReadyLine } from '../sim/bms/ready-line.ts';
import type { AlertRecord } from '../src/domain/alert.ts';
import type { Incident } from '../src/domain/incident.ts';
import type { Run } from '../src/domain/run-view.ts';
import { type Started, type StartOptions, startProgram } from './process.ts';
import type { RedisHandle } from './redis.ts';
import { type LedgerTicket, type SimClient, simClient } from './sim-client.ts';
import { waitFor } from './wait.ts';

/** What is laid over a default; it may depend on what the simulator says of itself. */
type Overlay<T> = Record<string, T> | ((bms: ReadyLine) => Record<string, T>);

export interface StackOptions {
  redis: Pick<RedisHandle, 'url'>;
  simFlags?: readonly string[];
  /** Laid over the configuration file. */
  config?: Overlay<unknown>;
  env?: Overlay<string>;
  /** Where the model is; the scripted one by default. */
  modelUrl?: string;
}

export interface ServiceOptions extends Pick<StartOptions, 'onSpawn'> {
  /** Laid over the stack's own. */
  env?: Record<string, string>;
}

interface Page<T> {
  items: T[];
  next: string | null;
}

/** The simulated BMS, the scripted model and the service, each a process of its own, on one Redis. */
export interface Stack {
  sim: SimClient;
  simUrl: string;
  apiKey: string;
  secret: string;
  /** What the service is started with: addresses, credentials, the configuration file. */
  env: Readonly<Record<string, string>>;
  /** Starts the service in a role and answers its address. */
  start(role: 'server' | 'worker' | 'all', options?: ServiceOptions): Promise<Started & { url: string }>;
  client(url: string): ServiceClient;
  stop(): Promise<void>;
}

export interface ServiceClient {
  deliver(connection: string, body: unknown): Promise<Response>;
  /** Asks for something in words; answers with the run's id. */
  task(body: { text: string; account?: string; ticketNumber?: string }): Promise<string>;
  get<T>(path: string): Promise<T>;
  runs(): Promise<Page<Run>>;
  run(id: string): Promise<Run>;
  alerts(sourceId: string): Promise<AlertRecord[]>;
  incident(id: string): Promise<Incident>;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = mkdtempSync(join(tmpdir(), 'bms-triage-'));
  const started: Started[] = [];
  const keep = <T extends Started>(process: T): T => {
    started.push(process);
    return process;
  };
  const apiKey = randomBytes(12).toString('hex');
  const secret = randomBytes(12).toString('hex');
  const [bms, model] = await Promise.all([
    startProgram('sim/bms/main', ['--port', '0', ...(options.simFlags ?? [])], { cwd: dir }).then(keep),
    startProgram('sim/model/main', ['--port', '0'], { cwd: dir }).then(keep),
  ]);
  const simUrl = String(bms.ready.url);
  const over = <T>(overlay: Overlay<T> = {}) =>
    typeof overlay === 'function' ? overlay(bms.ready as unknown as ReadyLine) : overlay;
  const configPath = join(dir, 'triage.yaml');
  writeFileSync(configPath, stringify({ ...baseConfig, ...over(options.config) }));
  const env: Record<string, string> = {
    PORT: '0',
    REDIS_URL: options.redis.url,
    TRIAGE_CONFIG: configPath,
    DATTO_WEBHOOK_SECRET: secret,
    API_KEYS: `demo:${apiKey}`,
    KASEYA_BASE_URL: simUrl,
    KASEYA_USERNAME: String(bms.ready.username),
    KASEYA_PASSWORD: String(bms.ready.password),
    KASEYA_TENANT: String(bms.ready.tenant),
    KASEYA_INTEGRATION_TYPE: String(bms.ready.integrationType),
    OPENAI_BASE_URL: options.modelUrl ?? String(model.ready.url),
    OPENAI_API_KEY: String(model.ready.apiKey),
    OPENAI_MODEL: String(model.ready.model),
    ...over(options.env),
  };
  return {
    sim: simClient(simUrl),
    simUrl,
    apiKey,
    secret,
    env,
    async start(role, { env: extra, ...rest } = {}) {
      const isReady = (line: Record<string, unknown>) => line.msg === 'started';
      const service = keep(
        await startProgram('src/main', [role], { cwd: dir, env: { ...env, ...extra }, isReady, ...rest }),
      );
      const url = String(service.ready.url);
      // It listens before Redis has answered it, and says 503 until then.
      await waitFor('the service to be ready', async () => (await fetch(`${url}/readyz`)).ok);
      return { ...service, url };
    },
    client: (url) => serviceClient(url, apiKey, secret),
    async stop() {
      for (const process of started.reverse()) await process.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const auth = { header: 'x-webhook-secret', secretEnv: 'DATTO_WEBHOOK_SECRET' };

const baseConfig = {
  connections: { datto: { source: 'datto-rmm', auth }, generic: { source: 'generic', auth } },
  mode: 'auto',
};

function serviceClient(url: string, apiKey: string, secret: string): ServiceClient {
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${apiKey}` } });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    deliver: (connection, body) =>
      fetch(`${url}/webhooks/${connection}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-webhook-secret': secret },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async task(body) {
      const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
      const response = await fetch(`${url}/v1/tasks`, { method: 'POST', headers, body: JSON.stringify(body) });
      if (response.status !== 202)
        throw new Error(`the task was answered ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { runId: string }).runId;
    },
    get,
    runs: () => get('/v1/runs'),
    run: (id) => get(`/v1/runs/${id}`),
    alerts: async (sourceId) =>
      (await get<Page<AlertRecord>>(`/v1/alerts?sourceId=${encodeURIComponent(sourceId)}`)).items,
    incident: (id) => get(`/v1/incidents/${id}`),
  };
}

/** The alert that Datto RMM would have sent for this ticket, in our template. */
export const dattoAlert = (ticket: LedgerTicket, event: 'alert.raised' | 'alert.resolved' = 'alert.raised') => ({
  schema: 'datto-rmm/1',
  event,
  alert_uid: ticket.alertRefId,
  alert_type: 'Disk Usage',
  alert_priority: 'Critical',
  alert: ticket.title,
  alert_message: `[Disk Usage] - ${ticket.title}`,
  device_hostname: ticket.assetName,
  site_name: `${ticket.accountName} - Head Office`,
});
