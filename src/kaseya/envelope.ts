import { z } from 'zod';
import { UpstreamError } from '../domain/errors.ts';
import { caseless } from './caseless.ts';

/** BMS's answer: a result, or an error, which may come with HTTP 200. Source: Kaseya's OpenAPI, `ErrorInfo`. */
const envelopeSchema = caseless({
  success: z.boolean(),
  error: caseless({
    code: z.number().nullish(),
    message: z.string().nullish(),
    subErrors: z.array(z.string()).nullish(),
  }).nullish(),
  result: z.unknown().default(null),
  totalRecords: z.number().int().nullish(),
});

export interface Envelope {
  result: unknown;
  totalRecords: number | null;
}

interface Answer {
  status: number;
  body: string;
  endpoint: string;
  /** A read has no effect, even if its answer is lost or unreadable. */
  isWrite: boolean;
}

/** Reads an answer's envelope, or throws an `UpstreamError` that says what went wrong and whether the call may have had an effect. */
export function readEnvelope(answer: Answer): Envelope {
  const { body, endpoint, isWrite } = answer;
  const unknownEffect = isWrite ? ('unknown' as const) : ('none' as const);
  const envelope = parse(body);
  const status = statusOf(answer.status, envelope);
  const { message, subErrors } = describe(envelope, status);
  const fail = (code: UpstreamError['code'], effect: 'none' | 'unknown') =>
    new UpstreamError(code, message, { effect, endpoint, subErrors });
  if (status === 401) throw fail('auth', 'none');
  if (status === 403) throw fail('permission', 'none');
  if (status === 404) throw fail('not_found', 'none');
  if (status === 429) throw fail('throttled', 'none');
  if (status === 408 || status >= 500) throw fail('vendor_fault', unknownEffect);
  if (status >= 400) throw fail('validation', 'none');
  // Some operations (assignticket among them) answer 200 with no body at all.
  if (body.trim() === '') return { result: null, totalRecords: null };
  if (envelope === null) {
    throw new UpstreamError('unreadable', `${endpoint} answered ${status} with a body that is not a BMS answer`, {
      effect: unknownEffect,
      endpoint,
    });
  }
  if (!envelope.success) throw fail('validation', 'none');
  return { result: envelope.result, totalRecords: envelope.totalRecords ?? null };
}

/** With HTTP 200 and `success: false`, the error's own code may be the HTTP status that was meant. */
function statusOf(status: number, envelope: z.infer<typeof envelopeSchema> | null): number {
  const code = envelope?.success === false ? envelope.error?.code : null;
  return status === 200 && code != null && statusCodes.has(code) ? code : status;
}

const statusCodes = new Set([401, 403, 404, 429]);

function parse(body: string): z.infer<typeof envelopeSchema> | null {
  try {
    return envelopeSchema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

/** Messages go into journals, prompts and notes, so their length is capped (in characters). */
const maxLength = 1_000;

/** The vendor's message, without `Details` and `StackStrace`, which hold server internals. */
function describe(envelope: z.infer<typeof envelopeSchema> | null, status: number) {
  const subErrors = envelope?.error?.subErrors ?? [];
  const message = envelope?.error?.message ?? `BMS answered HTTP ${status}`;
  return { message: [message, ...subErrors].join('; ').slice(0, maxLength), subErrors };
}
