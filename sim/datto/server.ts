import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assetByAgent, cleanUp } from '../bms/clean-up.ts';
import { strikesBefore } from '../bms/faults.ts';
import { answerWith } from '../bms/http/fault-answer.ts';
import type { State } from '../bms/state.ts';
import { type ComponentKind, type DattoJob, dattoOf } from './account.ts';

const statusNames: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found' };

class DattoError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(statusNames[status] ?? 'Error');
    this.name = 'DattoError';
    this.status = status;
  }
}

interface Call {
  param(name: string): string;
  body: unknown;
}

type Method = 'GET' | 'PUT' | 'POST';
type Handle = (call: Call, state: State) => unknown;

const quickjob = 'PUT /v2/device/{deviceUid}/quickjob';
const results = '/v2/job/{jobUid}/results/{deviceUid}';

/** The parts of Datto RMM that remedies need. Source: Datto RMM's own description of its API, v2. */
const routes: Record<string, Handle> = {
  'GET /v2/device/{deviceUid}': deviceView,
  [quickjob]: startJob,
  [`GET ${results}`]: (call, state) => resultsView(jobOf(call, state), state),
  [`GET ${results}/stdout`]: (call, state) => outputView(jobOf(call, state), 'stdout'),
  [`GET ${results}/stderr`]: (call, state) => outputView(jobOf(call, state), 'stderr'),
  'GET /v2/account/alerts/open': (_, state) => ({
    pageDetails: { count: openAlerts(state).length },
    alerts: openAlerts(state),
  }),
  'POST /v2/alert/{alertUid}/resolve': ({ param }, state) => {
    dattoOf(state).resolvedAlerts.add(param('alertUid'));
    return {};
  },
};

export function addDatto(scope: FastifyInstance, state: State, signal: AbortSignal): void {
  scope.setErrorHandler((error: Error, request, reply) => {
    const status = error instanceof DattoError ? error.status : 500;
    if (status === 500) process.stderr.write(`${error.stack}\n`);
    return reply.code(status).send({ timestamp: state.now(), status, error: error.message, path: request.url });
  });
  scope.register(formbody);
  scope.post('/auth/oauth/token', async (request) => {
    const { apiKey, apiSecretKey, token } = dattoOf(state);
    const { grant_type, username, password } = (request.body ?? {}) as Record<string, string>;
    if (grant_type !== 'password' || username !== apiKey || password !== apiSecretKey) throw new DattoError(401);
    return { access_token: token, token_type: 'bearer', expires_in: 360_000 };
  });
  for (const [operation, handle] of Object.entries(routes)) {
    const [method, template = ''] = operation.split(' ') as [Method, string];
    scope.route({
      method,
      url: `/api${template.replace(/\{(\w+)\}/g, ':$1')}`,
      handler: (request, reply) => serve({ method, template, handle, signal }, request, reply),
    });
  }

  interface Served {
    method: Method;
    template: string;
    handle: Handle;
    signal: AbortSignal;
  }

  async function serve({ method, template, handle, signal }: Served, request: FastifyRequest, reply: FastifyReply) {
    if (request.headers.authorization !== `Bearer ${dattoOf(state).token}`) throw new DattoError(401);
    const params = request.params as Record<string, string>;
    const call = { param: (name: string) => params[name] ?? '', body: request.body };
    const path = (request.url.split('?', 1)[0] ?? '').replace(/^\/api/, '');
    const fault = state.world.faults.takeForRequest({ method, path, template });
    if (!fault) return reply.send(handle(call, state));
    if (!strikesBefore(fault)) handle(call, state);
    return answerWith(fault, { request, reply, signal }, 'camel');
  }
}

function deviceView({ param }: Call, { world }: State) {
  const asset = assetByAgent(world, param('deviceUid'));
  if (!asset) throw new DattoError(404);
  return {
    id: asset.id,
    uid: asset.agentId,
    hostname: asset.name,
    operatingSystem: asset.os,
    online: true,
    deleted: false,
  };
}

function startJob({ param, body }: Call, state: State) {
  const { world, now } = state;
  const datto = dattoOf(state);
  const asset = assetByAgent(world, param('deviceUid'));
  if (!asset) throw new DattoError(404);
  const { jobName, jobComponent } = (body ?? {}) as { jobName?: string; jobComponent?: { componentUid?: string } };
  const kinds = Object.keys(datto.components) as ComponentKind[];
  const kind = kinds.find((one) => datto.components[one] === jobComponent?.componentUid);
  if (!jobName || !kind) throw new DattoError(400);
  const componentUid = datto.components[kind];
  const uid = datto.random.uuid();
  const at = new Date(now()).toISOString();
  const isWorking = kind !== 'failing';
  const freed = isWorking ? cleanUp(world, asset, { operation: quickjob, at, jobId: uid, body }) : 0;
  const outputs = isWorking
    ? { stdout: `freed ${freed} MB on C:`, stderr: '' }
    : { stdout: '', stderr: 'access denied' };
  datto.jobs.set(uid, {
    ...{ uid, name: jobName, deviceUid: asset.agentId, componentUid, kind, startedAt: now() },
    ...outputs,
  });
  return {
    job: { id: datto.jobs.size, dateCreated: at, name: jobName, uid, status: 'active' },
    jobComponents: [{ uid: componentUid, name: kind, variables: [] }],
  };
}

function jobOf({ param }: Call, state: State): DattoJob {
  const job = dattoOf(state).jobs.get(param('jobUid'));
  if (job?.deviceUid !== param('deviceUid')) throw new DattoError(404);
  return job;
}

const endWords: Record<ComponentKind, string> = { 'clean-up': 'Success', failing: 'Failure', warning: 'Warning' };

/** As long under way as an RMM job of BMS at its longest. */
function resultsView(job: DattoJob, { now, options }: State) {
  const head = { jobUid: job.uid, deviceUid: job.deviceUid, ranOn: new Date(job.startedAt).toISOString() };
  if (now() < job.startedAt + options.jobSeconds.max * 1000) {
    return { ...head, jobDeploymentStatus: 'Running', componentResults: [] };
  }
  const component = {
    ...{ componentUid: job.componentUid, componentName: job.kind, numberOfWarnings: job.kind === 'warning' ? 1 : 0 },
    componentStatus: job.kind === 'failing' ? 'Failure' : 'Success',
    ...{ hasStdOut: job.stdout !== '', hasStdErr: job.stderr !== '' },
  };
  return { ...head, jobDeploymentStatus: endWords[job.kind], componentResults: [component] };
}

const outputView = (job: DattoJob, part: 'stdout' | 'stderr') => [
  { componentUid: job.componentUid, componentName: job.kind, stdData: job[part] },
];

function openAlerts(state: State) {
  const { resolvedAlerts } = dattoOf(state);
  const { tickets, tenant } = state.world;
  return [...tickets.values()].flatMap((ticket) => {
    const asset = ticket.assetId === null ? undefined : tenant.assets.get(ticket.assetId);
    if (!asset || ticket.alertRefId === null || resolvedAlerts.has(ticket.alertRefId)) return [];
    const alertSourceInfo = { deviceUid: asset.agentId, deviceName: asset.name };
    return [{ alertUid: ticket.alertRefId, priority: 'Critical', resolved: false, alertSourceInfo }];
  });
}
