/** Kaseya BMS said "too many requests". Carries the headers, since the recipe waits by them. */
export class RateLimitError extends Error {
  readonly status = 429;
  readonly headers: Headers;

  constructor(headers: Headers) {
    super('429 Too Many Requests');
    this.name = 'RateLimitError';
    this.headers = headers;
  }
}

export interface RawRequest {
  method: string;
  /** With its query. */
  path: string;
  body?: unknown;
}

/** Answers with whatever came back, as text for a model. Throws `RateLimitError` and nothing else. */
export type RawBms = (request: RawRequest) => Promise<string>;

export interface BmsAccess {
  baseUrl: string;
  username: string;
  password: string;
  tenant: string;
}

/** BMS as the recipe sees it: a token and raw calls. No limit of its own, no memory of what was sent. */
export function createRawBms(access: BmsAccess): RawBms {
  let token: Promise<string> | null = null;
  const send = async ({ method, path, body }: RawRequest): Promise<Response> => {
    token ??= signIn(access).catch((error: unknown) => {
      token = null;
      throw error;
    });
    const headers = { authorization: `Bearer ${await token}`, 'content-type': 'application/json' };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(access.baseUrl + path, { method, headers, ...init });
  };
  return async (request) => {
    try {
      let response = await send(request);
      if (response.status === 401) {
        token = null;
        response = await send(request);
      }
      if (response.status === 429) throw new RateLimitError(response.headers);
      const text = await response.text();
      return response.ok ? text || 'OK (no content)' : `Error ${response.status}: ${text}`;
    } catch (error) {
      if (error instanceof RateLimitError) throw error;
      return `Error: ${error instanceof Error ? `${error.message} (${String(error.cause ?? 'no cause')})` : error}`;
    }
  };
}

async function signIn({ baseUrl, username, password, tenant }: BmsAccess): Promise<string> {
  const form = new URLSearchParams({ GrantType: 'password', UserName: username, Password: password, Tenant: tenant });
  const response = await fetch(`${baseUrl}/v2/security/authenticate`, { method: 'POST', body: form });
  if (response.status === 429) throw new RateLimitError(response.headers);
  const { result } = (await response.json()) as { result: { accessToken: string } };
  return result.accessToken;
}
