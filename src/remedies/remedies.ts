import type { QuickJobs } from '../datto-rmm/quick-job.ts';
import { TerminalError, UpstreamError } from '../domain/errors.ts';
import type { JobRef, JobVerdict } from '../domain/rmm-job.ts';
import type { RateBudget } from '../outbound/rate-limited-fetch.ts';
import type { Remedy, RemedySettings } from './settings.ts';
import { callOut, fetchStatus, type WebhookOptions } from './webhook.ts';

export interface Device {
  /** The RMM's own id of the device. */
  uid: string;
  name: string;
}

export interface NamedDevice extends Device {
  /** BMS itself has this uid for the asset; otherwise only the alert says so. */
  isVouchedFor: boolean;
}

export interface RemedyOrder {
  name: string;
  device: Device;
  transactionId: string;
  marker: string;
}

export interface RemedyJob {
  family: 'remedy';
  jobId: string;
}

/** Repairs that the operator has set up by name. Nothing else can be run on a device. Calls throw `UpstreamError`. */
export interface Remedies {
  settings: RemedySettings;
  /** Why the remedy must not run on this device; null when it may. */
  objection(name: string, device: NamedDevice): Promise<string | null>;
  /** Starts the remedy. The job's id also holds the remedy, the device and the start time. */
  start(order: RemedyOrder): Promise<RemedyJob>;
  /** Reads the job once; null while it has not ended. After the remedy's `timeoutSeconds` the outcome is `unknown`. */
  poll(job: JobRef): Promise<JobVerdict | null>;
  /** Whether a start whose answer was lost took place. Undecidable at Datto RMM, which has no list of jobs to search. */
  readBack(order: RemedyOrder): Promise<RemedyJob | 'absent' | 'undecidable'>;
}

export interface RemediesOptions {
  /** Null when Datto RMM is not set up. */
  quickJobs: QuickJobs | null;
  /** The webhooks' secrets, by remedy. */
  secrets: Readonly<Record<string, string>>;
  /** The webhooks' rate budget; Datto RMM has its own. */
  budget: RateBudget;
  timeoutMs: number;
}

export function createRemedies(settings: RemedySettings, options: RemediesOptions): Remedies {
  const { quickJobs, secrets, budget, timeoutMs } = options;
  const { now } = budget;
  const webhookOptions = (name: string): WebhookOptions => ({ secret: secrets[name] ?? '', budget, timeoutMs });
  const datto = (): QuickJobs => {
    if (quickJobs) return quickJobs;
    throw new TerminalError('no_datto', 'Datto RMM is not set up (DATTO_URL)');
  };
  const remedyOf = (name: string): Remedy => {
    const remedy = settings[name];
    if (remedy) return remedy;
    throw new UpstreamError('validation', `there is no remedy "${name}"`, { effect: 'none', endpoint: 'remedy' });
  };
  const jobOf = (name: string, id: string, deviceUid: string): RemedyJob => ({
    family: 'remedy',
    jobId: [name, id, deviceUid, String(now())].map(encodeURIComponent).join('/'),
  });

  return {
    settings,
    async objection(name, device) {
      if (!('datto' in remedyOf(name)))
        return device.isVouchedFor ? null : `BMS does not know "${device.name}" as device ${device.uid}`;
      const hostname = await datto().hostname(device.uid);
      if (hostname?.toLowerCase() === device.name.toLowerCase()) return null;
      return `Datto RMM knows device ${device.uid} as "${hostname ?? 'none'}", not as "${device.name}"`;
    },
    async start({ name, device, transactionId, marker }) {
      const remedy = remedyOf(name);
      if ('datto' in remedy) {
        const { componentUid, variables } = remedy.datto;
        const jobUid = await datto().start(device.uid, { jobName: `${name} ${marker}`, componentUid, variables });
        return jobOf(name, jobUid, device.uid);
      }
      const payload = { type: 'remedy.requested', data: { remedy: name, device, transactionId } };
      await callOut(remedy.webhook, transactionId, payload, webhookOptions(name));
      return jobOf(name, transactionId, device.uid);
    },
    async poll({ jobId }) {
      const [name = '', id = '', deviceUid = '', startedAt = '0'] = jobId.split('/').map(decodeURIComponent);
      const remedy = remedyOf(name);
      const verdict =
        'datto' in remedy
          ? await datto().readResult(id, deviceUid, remedy.datto)
          : await fetchStatus(remedy.webhook, id, webhookOptions(name));
      if (verdict !== null && verdict !== 'absent') return verdict;
      if (now() < Number(startedAt) + remedy.timeoutSeconds * 1000) return null;
      return {
        outcome: 'unknown',
        message: `"${name}" did not report within ${remedy.timeoutSeconds} s`,
        ticket: null,
      };
    },
    async readBack({ name, device, transactionId }) {
      const remedy = remedyOf(name);
      if ('datto' in remedy || remedy.webhook.statusUrl === undefined) return 'undecidable';
      const found = await fetchStatus(remedy.webhook, transactionId, webhookOptions(name));
      return found === 'absent' ? 'absent' : jobOf(name, transactionId, device.uid);
    },
  };
}
