import { z } from 'zod';
import { UpstreamError } from '../domain/errors.ts';
import type { JobVerdict } from '../domain/rmm-job.ts';
import { type RateBudget, rateLimitedFetch } from '../outbound/rate-limited-fetch.ts';
import { signatureHeaders } from '../outbound/signature.ts';
import type { Limit } from '../ratelimit/bucket.ts';
import type { WebhookRemedy } from './settings.ts';

/** Receivers are the operator's own and state no limits. These suffice for any run and cannot flood a receiver. */
export const webhookLimits: Readonly<Record<string, Limit>> = {
  'remedy:read': { requests: 600, windowMs: 60_000 },
  'remedy:write': { requests: 100, windowMs: 60_000 },
};

export interface WebhookOptions {
  secret: string;
  budget: RateBudget;
  timeoutMs: number;
}

const statusSchema = z.object({ status: z.string(), message: z.string().nullish() });

/** Sends a signed order. The id is the same for the same write, so that the receiver recognises a repeat. Throws `UpstreamError`. */
export async function callOut(
  remedy: WebhookRemedy,
  id: string,
  payload: object,
  options: WebhookOptions,
): Promise<void> {
  const body = JSON.stringify(payload);
  const answer = await request(remedy.url, { method: 'POST', id, body }, options);
  if (answer.status >= 200 && answer.status < 300) return;
  const effect = answer.status >= 500 || answer.status === 408 ? 'unknown' : 'none';
  const code = effect === 'unknown' ? 'vendor_fault' : answer.status === 429 ? 'throttled' : 'validation';
  throw new UpstreamError(code, `the remedy's receiver answered HTTP ${answer.status}`, { effect, endpoint });
}

/** The receiver's verdict on an order: `absent` when it does not know it, null while it is under way. Throws `UpstreamError`. */
export async function fetchStatus(
  { statusUrl }: WebhookRemedy,
  id: string,
  options: WebhookOptions,
): Promise<JobVerdict | 'absent' | null> {
  if (statusUrl === undefined)
    return { outcome: 'unknown', message: 'this remedy does not report its outcome', ticket: null };
  const url = decodeURI(statusUrl).replaceAll('{id}', encodeURIComponent(id));
  const answer = await request(url, { method: 'GET', id, body: '' }, options);
  if (answer.status === 404) return 'absent';
  if (answer.status !== 200) {
    const message = `the remedy's status answered HTTP ${answer.status}`;
    throw new UpstreamError('vendor_fault', message, { effect: 'none', endpoint: statusEndpoint });
  }
  return judgeStatus(answer.text);
}

/** Only `succeeded` and `failed` end a remedy; any other status means it is under way (null). */
export function judgeStatus(text: string): JobVerdict | null {
  const { data } = statusSchema.safeParse(parse(text));
  const word = data?.status.toLowerCase();
  if (word !== 'succeeded' && word !== 'failed') return null;
  return { outcome: word, message: (data?.message ?? `the receiver says "${word}"`).slice(0, 2000), ticket: null };
}

const endpoint = 'POST remedy';
const statusEndpoint = 'GET remedy status';

interface Outgoing {
  method: 'GET' | 'POST';
  id: string;
  body: string;
}

function request(url: string, { method, id, body }: Outgoing, { secret, budget, timeoutMs }: WebhookOptions) {
  const signed = signatureHeaders({ id, timestamp: Math.floor(budget.now() / 1000), body }, secret);
  const headers = { ...signed, 'content-type': 'application/json' };
  const init = { method, headers, ...(method === 'POST' ? { body } : {}) };
  const isWrite = method === 'POST';
  const asked = { url, init, endpoint: isWrite ? endpoint : statusEndpoint, isWrite, timeoutMs };
  return rateLimitedFetch(isWrite ? 'remedy:write' : 'remedy:read', asked, budget);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
