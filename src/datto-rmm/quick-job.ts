import { z } from 'zod';
import { UpstreamError } from '../domain/errors.ts';
import type { JobVerdict } from '../domain/rmm-job.ts';
import type { DattoClient } from './client.ts';

export interface QuickJob {
  /** Carries our marker, for the technician who inspects the device. */
  jobName: string;
  componentUid: string;
  variables: Readonly<Record<string, string>>;
}

const createdSchema = z.object({ job: z.object({ uid: z.string().min(1) }) });
const resultsSchema = z.object({
  jobDeploymentStatus: z.string().nullish(),
  componentResults: z
    .array(
      z.object({
        componentStatus: z.string().nullish(),
        hasStdOut: z.boolean().nullish(),
        hasStdErr: z.boolean().nullish(),
      }),
    )
    .nullish(),
});
const outputSchema = z.array(z.object({ stdData: z.string().nullish() }));
const deviceSchema = z.object({ hostname: z.string().nullish(), deleted: z.boolean().nullish() });

type Results = z.infer<typeof resultsSchema>;

const quickjob = '/v2/device/{deviceUid}/quickjob';
const results = '/v2/job/{jobUid}/results/{deviceUid}';

export interface QuickJobs {
  /** The device's name in Datto RMM; null for a deleted device. */
  hostname(deviceUid: string): Promise<string | null>;
  /** Starts the job and answers with its uid. Throws `UpstreamError`, with `effect: 'unknown'` if the job may have started. */
  start(deviceUid: string, job: QuickJob): Promise<string>;
  /** Reads a job's result with its output; null while the job has not ended. */
  readResult(jobUid: string, deviceUid: string, options: { warningIsSuccess: boolean }): Promise<JobVerdict | null>;
}

export function createQuickJobs(client: DattoClient): QuickJobs {
  const output = async (part: 'stdout' | 'stderr', params: Record<string, string>): Promise<string> => {
    const answer = await client.call({ method: 'GET', template: `${results}/${part}`, params });
    const rows = outputSchema.safeParse(answer).data ?? [];
    return rows
      .map(({ stdData }) => stdData ?? '')
      .join('\n')
      .trim();
  };
  return {
    async hostname(deviceUid) {
      const template = '/v2/device/{deviceUid}';
      const device = read(
        deviceSchema,
        await client.call({ method: 'GET', template, params: { deviceUid } }),
        template,
      );
      return device.deleted ? null : (device.hostname ?? null);
    },
    async start(deviceUid, { jobName, componentUid, variables }) {
      const list = Object.entries(variables).map(([name, value]) => ({ name, value }));
      const body = { jobName, jobComponent: { componentUid, variables: list } };
      const answer = await client.call({ method: 'PUT', template: quickjob, params: { deviceUid }, body });
      return read(createdSchema, answer, quickjob, 'unknown').job.uid;
    },
    async readResult(jobUid, deviceUid, options) {
      const params = { jobUid, deviceUid };
      const found = read(resultsSchema, await client.call({ method: 'GET', template: results, params }), results);
      const verdict = judgeResults(found, options);
      if (verdict === null) return null;
      const components = found.componentResults ?? [];
      const stdout = components.some(({ hasStdOut }) => hasStdOut) ? await output('stdout', params) : '';
      const stderr = components.some(({ hasStdErr }) => hasStdErr) ? await output('stderr', params) : '';
      return { ...verdict, message: [verdict.message, said('stdout', stdout), said('stderr', stderr)].join('') };
    },
  };
}

const maxOutput = 800;

/** The end of an output, where the result stands. */
const said = (name: string, text: string) =>
  text === '' ? '' : `; ${name}: ${text.length <= maxOutput ? text : `…${text.slice(-maxOutput)}`}`;

/**
 * Success needs the status of both the deployment and every component. An unknown status of the deployment does not end
 * the job (null), and a result without components is never success. Source: Datto RMM's OpenAPI, `JobResults`.
 */
export function judgeResults(
  { jobDeploymentStatus, componentResults }: Results,
  { warningIsSuccess }: { warningIsSuccess: boolean },
): JobVerdict | null {
  const words = (componentResults ?? []).map(({ componentStatus }) => componentStatus ?? 'none');
  const isDone = words.length > 0 && words.every((word) => word === 'Success');
  const message = `job ${jobDeploymentStatus}, components: ${words.join(', ') || 'none'}`;
  const end = (outcome: JobVerdict['outcome']): JobVerdict => ({ outcome, message, ticket: null });
  if (jobDeploymentStatus === 'Success')
    return end(isDone ? 'succeeded' : words.includes('Failure') ? 'failed' : 'unknown');
  if (jobDeploymentStatus === 'Warning') return end(isDone && warningIsSuccess ? 'succeeded' : 'failed');
  if (jobDeploymentStatus === 'Failure' || jobDeploymentStatus === 'Expired') return end('failed');
  if (jobDeploymentStatus === 'Retired') return end('unknown');
  return null;
}

function read<T>(schema: z.ZodType<T>, answer: unknown, endpoint: string, effect: 'none' | 'unknown' = 'none'): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new UpstreamError('unreadable', `Datto RMM's answer to ${endpoint} is unreadable`, { effect, endpoint });
}
