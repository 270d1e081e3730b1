import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import { caseless } from './caseless.ts';

const tokenSchema = caseless({ accessToken: z.string().min(1), accessTokenExpireOn: z.string() });

export interface Credentials {
  username: string;
  password: string;
  /** The company name under My Settings, not a subdomain; may hold spaces. */
  tenant: string;
}

export interface TokenSource {
  get(): Promise<string>;
  /** The upstream refused this token: the next `get` signs in anew. A newer token is left alone. */
  drop(token: string): void;
}

/** A token is renewed this long before it expires. */
const marginMs = 60_000;

/** Signs in once however many callers ask, and again when the token is about to expire or was refused. */
export function createTokenSource(
  signIn: (form: URLSearchParams) => Promise<unknown>,
  credentials: Credentials,
  now: () => number = Date.now,
): TokenSource {
  let current: { token: string; expiresAt: number } | null = null;
  let pending: Promise<string> | null = null;

  const renew = async (): Promise<string> => {
    const form = new URLSearchParams({
      GrantType: 'password',
      UserName: credentials.username,
      Password: credentials.password,
      Tenant: credentials.tenant,
    });
    const answer = tokenSchema.safeParse(await signIn(form));
    if (!answer.success) {
      throw new UpstreamError('unreadable', 'the sign-in answer holds no token', {
        effect: 'none',
        endpoint: signInEndpoint,
      });
    }
    const expiresAt = Date.parse(answer.data.accessTokenExpireOn);
    current = { token: answer.data.accessToken, expiresAt: Number.isNaN(expiresAt) ? now() + 2 * marginMs : expiresAt };
    return current.token;
  };

  return {
    get() {
      // A token that lives shorter than the margin is used until it is refused.
      if (current && (now() < current.expiresAt - marginMs || now() < current.expiresAt - 1_000)) {
        return Promise.resolve(current.token);
      }
      pending ??= renew().finally(() => {
        pending = null;
      });
      return pending;
    },
    drop(token) {
      if (current?.token === token) current = null;
    },
  };
}

export const signInEndpoint = 'POST /v2/security/authenticate';
