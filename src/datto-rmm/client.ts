import { UpstreamError } from '../domain/errors.ts';
import type { RawAnswer } from '../outbound/http.ts';
import { type RateBudget, rateLimitedFetch } from '../outbound/rate-limited-fetch.ts';
import type { Limit } from '../ratelimit/bucket.ts';

export interface DattoOptions extends RateBudget {
  /** The platform's host, for example https://merlot-api.centrastage.net */
  baseUrl: string;
  apiKey: string;
  apiSecretKey: string;
  timeoutMs: number;
}

export interface DattoRequest {
  method: 'GET' | 'PUT';
  /** The path with placeholders, as Datto's OpenAPI prints it. */
  template: string;
  params: Record<string, string>;
  body?: unknown;
}

export interface DattoClient {
  /** The parsed JSON answer. After a 401 the call is repeated once with a new token; nothing else is repeated. Throws `UpstreamError`. */
  call(request: DattoRequest): Promise<unknown>;
}

/** Datto counts all reads and all writes of an account over 60 s, and blocks the IP address of a caller that goes on. */
export const dattoLimits: Readonly<Record<string, Limit>> = {
  'datto:read': { requests: 600, windowMs: 60_000 },
  'datto:write': { requests: 100, windowMs: 60_000 },
};

export function createDattoClient(options: DattoOptions): DattoClient {
  const { baseUrl, timeoutMs } = options;
  let token: Promise<string> | null = null;

  const send = async (url: string, init: RequestInit, endpoint: string, isWrite: boolean): Promise<unknown> => {
    const asked = { url, init, endpoint, isWrite, timeoutMs };
    const answer = await rateLimitedFetch(isWrite ? 'datto:write' : 'datto:read', asked, options);
    return readAnswer(answer, endpoint, isWrite);
  };

  const tokenOf = (): Promise<string> => {
    token ??= send(`${baseUrl}/auth/oauth/token`, signIn(options), 'POST /auth/oauth/token', false).then(accessToken);
    token.catch(() => {
      token = null;
    });
    return token;
  };

  const attempt = async ({ method, template, params, body }: DattoRequest): Promise<unknown> => {
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const headers = { authorization: `Bearer ${await tokenOf()}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return send(`${baseUrl}/api${path}`, init, `${method} ${template}`, method !== 'GET');
  };

  return {
    call: (request) =>
      attempt(request).catch((error: unknown) => {
        if (!(error instanceof UpstreamError) || error.code !== 'auth') throw error;
        token = null;
        return attempt(request);
      }),
  };
}

/** Datto's API keys sign in as a user of a public client. */
function signIn({ apiKey, apiSecretKey }: DattoOptions): RequestInit {
  const body = new URLSearchParams({ grant_type: 'password', username: apiKey, password: apiSecretKey });
  const authorization = `Basic ${Buffer.from('public-client:public').toString('base64')}`;
  return { method: 'POST', headers: { authorization }, body };
}

function accessToken(answer: unknown): string {
  const token = typeof answer === 'object' && answer !== null && 'access_token' in answer ? answer.access_token : null;
  if (typeof token === 'string') return token;
  const endpoint = 'POST /auth/oauth/token';
  throw new UpstreamError('unreadable', 'the sign-in answer of Datto RMM holds no token', { effect: 'none', endpoint });
}

function readAnswer({ status, text }: RawAnswer, endpoint: string, isWrite: boolean): unknown {
  const effect = isWrite ? ('unknown' as const) : ('none' as const);
  const fail = (code: UpstreamError['code'], what: UpstreamError['effect']) =>
    new UpstreamError(code, `Datto RMM answered HTTP ${status} to ${endpoint}`, { effect: what, endpoint });
  if (status === 401) throw fail('auth', 'none');
  if (status === 403) throw fail('permission', 'none');
  if (status === 404) throw fail('not_found', 'none');
  if (status === 429) throw fail('throttled', 'none');
  if (status >= 500) throw fail('vendor_fault', effect);
  if (status >= 400) throw fail('validation', 'none');
  try {
    return JSON.parse(text);
  } catch {
    throw fail('unreadable', effect);
  }
}
