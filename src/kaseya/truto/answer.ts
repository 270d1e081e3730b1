import { z } from 'zod';
import { UpstreamError } from '../../domain/errors.ts';
import type { RawAnswer } from '../../outbound/http.ts';
import { type Envelope, readEnvelope } from '../envelope.ts';
import { tryParseJson } from './json.ts';

export interface Asked {
  endpoint: string;
  /** A read has no effect, even if its answer is lost or unreadable. */
  isWrite: boolean;
}

const failureSchema = z.object({
  message: z.string().optional().catch(undefined),
  truto_is_remote_error: z.boolean().optional().catch(undefined),
  raw_response: z.unknown().optional(),
});

/** Whether the error is the vendor's, which Truto only passed on. */
export const isRemote = ({ text }: Pick<RawAnswer, 'text'>): boolean =>
  failureSchema.safeParse(tryParseJson(text)).data?.truto_is_remote_error === true;

/** The body of a successful answer. Throws an `UpstreamError` for every other answer. */
export function readBody(answer: Pick<RawAnswer, 'status' | 'text'>, asked: Asked): unknown {
  const { status, text } = answer;
  if (status >= 400) throw failure(answer, asked);
  if (text.trim() === '') return undefined;
  const body = tryParseJson(text);
  if (body !== null) return body;
  const { endpoint } = asked;
  const message = `${endpoint} answered ${status} with a body that is not JSON`;
  throw new UpstreamError('unreadable', message, { effect: effectOf(asked), endpoint });
}

const effectOf = ({ isWrite }: Asked) => (isWrite ? ('unknown' as const) : ('none' as const));

function failure({ status, text }: Pick<RawAnswer, 'status' | 'text'>, asked: Asked): UpstreamError {
  const { data } = failureSchema.safeParse(tryParseJson(text));
  const { endpoint } = asked;
  const own = ownMeaning(status, asked);
  if (!data?.truto_is_remote_error) {
    return new UpstreamError(own.code, `Truto: ${own.hint ?? data?.message?.slice(0, 1_000) ?? `HTTP ${status}`}`, {
      effect: own.effect,
      endpoint,
    });
  }
  // The vendor's error means the same as if it had come to us directly.
  const theirs = vendorFailure(status, data.raw_response, asked);
  if (theirs.code !== 'auth') return theirs;
  const message = "Kaseya BMS refuses Truto's sign-in: connect the integrated account anew (needs_reauth)";
  return new UpstreamError('auth', message, { effect: 'none', endpoint });
}

function vendorFailure(status: number, body: unknown, { endpoint, isWrite }: Asked): UpstreamError {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  try {
    readEnvelope({ status, body: text, endpoint, isWrite });
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new TypeError(`${status} is no failure`);
}

interface Meaning {
  code: UpstreamError['code'];
  effect: UpstreamError['effect'];
  hint?: string;
}

/** Truto's own errors. Source: its error model, which does not explain 409, so a write may be under way. */
function ownMeaning(status: number, asked: Asked): Meaning {
  if (status === 401) return { code: 'auth', effect: 'none', hint: 'the API token is not accepted (TRUTO_TOKEN)' };
  if (status === 403) return { code: 'permission', effect: 'none' };
  if (status === 404) return { code: 'not_found', effect: 'none' };
  if (status === 405) return { code: 'permission', effect: 'none', hint: 'a sandbox account takes no writes' };
  if (status === 409) return { code: 'vendor_fault', effect: effectOf(asked) };
  if (status === 429) return { code: 'throttled', effect: 'none' };
  if (status === 503) return { code: 'permission', effect: 'none', hint: 'the integrated account is blocked' };
  if (status === 408 || status >= 500) return { code: 'vendor_fault', effect: effectOf(asked) };
  return { code: 'validation', effect: 'none' };
}

/** BMS's own envelope, if Truto passes it on; else null. */
export function bmsEnvelope(body: unknown, asked: Asked): Envelope | null {
  if (typeof body !== 'object' || body === null) return null;
  if (!Object.keys(body).some((key) => key.toLowerCase() === 'success')) return null;
  return readEnvelope({ status: 200, body: JSON.stringify(body), ...asked });
}

/** The answer for one record. The integration's setup decides whether it is BMS's envelope or the result within. */
export const readOne = (body: unknown, asked: Asked): Envelope =>
  bmsEnvelope(body, asked) ?? { result: body ?? null, totalRecords: null };
