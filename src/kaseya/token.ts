import { z } from 'zod';
import { isTransient, RetryableError, UpstreamError } from '../domain/errors.ts';
import { caseless } from './caseless.ts';
import type { Credentials } from './credentials.ts';
import type { TokenStore } from './token-store.ts';
import { totp } from './totp.ts';

export interface TokenSource {
  /** A token that is good now. Throws `RetryableError` `sign_in_refused`, or `UpstreamError` when BMS cannot be reached. */
  get(): Promise<string>;
  /** Records that the upstream refused this token, so that the next `get` fetches another. A newer token is kept. */
  drop(token: string): void;
}

/** Posts a form to BMS and answers with the result in its envelope. */
export type PostForm = (path: string, form: URLSearchParams) => Promise<unknown>;

export const signInPath = '/v2/security/authenticate';
export const refreshPath = '/v2/security/refreshtoken';
export const signInEndpoint = `POST ${signInPath}`;

/** A token is renewed this long before it expires. */
const marginMs = 60_000;
/** A token that lives for less than twice that margin is renewed this long before it expires. */
const lastMomentMs = 1_000;

/** After a refused sign-in no process signs in for this long: repeated wrong passwords lock the user. */
export const holdMs = 600_000;

const answerSchema = caseless({
  accessToken: z.string().min(1),
  accessTokenExpireOn: z.string(),
  refreshToken: z.string().nullish(),
});

const tokenSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  /** Milliseconds since 1970. */
  issuedAt: z.number(),
  expiresAt: z.number(),
});

type Token = z.infer<typeof tokenSchema>;

interface Options {
  post: PostForm;
  credentials: Credentials;
  /** Shared between processes; without one each process has a token of its own. */
  store?: TokenStore | null;
  now(): number;
}

/**
 * Gives all callers the same token, in this process and, with a store, in all processes. It is renewed before it expires and
 * when it was refused: by its refresh token, else by signing in.
 */
export function createTokenSource({ post, credentials, store = null, now }: Options): TokenSource {
  let current: Token | null = null;
  let refused: string | null = null;
  let pending: Promise<string> | null = null;

  const isGood = (token: Token | null): token is Token =>
    token !== null && token.accessToken !== refused && now() < renewalOf(token);

  let heldUntil = 0;

  const signIn = async (): Promise<Token> => {
    const until = Math.max(heldUntil, (await store?.heldUntil()) ?? 0);
    if (now() < until) throw refusal('a moment ago', until - now());
    const { username, password, tenant, mfaSecret } = credentials;
    const form = new URLSearchParams({ GrantType: 'password', UserName: username, Password: password, Tenant: tenant });
    if (mfaSecret) form.set('MFACode', totp(mfaSecret, now()));
    return readToken(await post(signInPath, form).catch(hold), now());
  };

  /** Only a person can correct the credentials. Until then callers wait, and BMS gets no sign-ins. */
  const hold = async (error: unknown): Promise<never> => {
    if (!(error instanceof UpstreamError) || isTransient(error)) throw error;
    heldUntil = now() + holdMs;
    await store?.holdUntil(heldUntil);
    throw refusal(error.message, holdMs, error);
  };

  const refresh = async (token: Token | null): Promise<Token | null> => {
    if (!token?.refreshToken) return null;
    const form = new URLSearchParams({ AccessToken: token.accessToken, RefreshToken: token.refreshToken });
    return post(refreshPath, form).then(
      (answer) => readToken(answer, now()),
      // The refresh token was used or has expired, or the answer was lost: signing in always works.
      (error: unknown) => (error instanceof UpstreamError ? null : Promise.reject(error)),
    );
  };

  const renew = async (): Promise<Token> => {
    const shared = store ? readStored(await store.load()) : null;
    if (isGood(shared)) return shared;
    const token = (await refresh(shared ?? current)) ?? (await signIn());
    if (store) await store.save(JSON.stringify(token), token.expiresAt - now());
    return token;
  };

  const next = async (): Promise<string> => {
    current = store ? await store.exclusively(renew) : await renew();
    return current.accessToken;
  };

  return {
    get() {
      if (isGood(current)) return Promise.resolve(current.accessToken);
      pending ??= next().finally(() => {
        pending = null;
      });
      return pending;
    },
    drop(token) {
      if (current?.accessToken === token) refused = token;
    },
  };
}

const refusal = (what: string, retryAfterMs: number, cause?: unknown) =>
  new RetryableError(
    'sign_in_refused',
    `BMS refused the sign-in (${what}): check KASEYA_USERNAME, KASEYA_PASSWORD, KASEYA_TENANT and KASEYA_MFA_SECRET`,
    {
      retryAfterMs,
      cause,
    },
  );

const renewalOf = ({ issuedAt, expiresAt }: Token): number =>
  expiresAt - issuedAt > 2 * marginMs ? expiresAt - marginMs : expiresAt - lastMomentMs;

function readToken(result: unknown, now: number): Token {
  const answer = answerSchema.safeParse(result);
  if (!answer.success) {
    const endpoint = signInEndpoint;
    throw new UpstreamError('unreadable', 'the sign-in answer holds no token', { effect: 'none', endpoint });
  }
  const { accessToken, refreshToken, accessTokenExpireOn } = answer.data;
  const expiresAt = Date.parse(accessTokenExpireOn);
  // If the time cannot be read, the token is used for a short while and then renewed.
  const known = Number.isNaN(expiresAt) ? now + 3 * marginMs : expiresAt;
  return { accessToken, refreshToken: refreshToken ?? null, issuedAt: now, expiresAt: known };
}

/** Null for text that is not a token as this release writes it: another release may have saved it. */
function readStored(text: string | null): Token | null {
  try {
    return tokenSchema.parse(JSON.parse(text ?? 'null'));
  } catch {
    return null;
  }
}
