import { randomBytes } from 'node:crypto';

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  accessTokenExpireOn: string;
  refreshTokenExpireOn: string;
}

export interface Tokens {
  issue(now: number): TokenPair;
  isValid(accessToken: string, now: number): boolean;
  /** A refresh token works once and only beside the access token that it came with; null when refused. */
  refresh(pair: { accessToken: string; refreshToken: string }, now: number): TokenPair | null;
}

const refreshLifetimeMs = 86_400_000;

/** Tokens look like JWTs, as Kaseya's are, and mean nothing: they do not follow from the seed. */
export function createTokens(lifetimeMs: number): Tokens {
  const access = new Map<string, number>();
  const refreshers = new Map<string, { accessToken: string; expiresAt: number }>();

  const issue = (now: number): TokenPair => {
    const accessToken = fakeJwt(now + lifetimeMs);
    const refreshToken = randomBytes(32).toString('base64url');
    access.set(accessToken, now + lifetimeMs);
    refreshers.set(refreshToken, { accessToken, expiresAt: now + refreshLifetimeMs });
    return {
      accessToken,
      refreshToken,
      accessTokenExpireOn: new Date(now + lifetimeMs).toISOString(),
      refreshTokenExpireOn: new Date(now + refreshLifetimeMs).toISOString(),
    };
  };

  return {
    issue,
    isValid: (accessToken, now) => now < (access.get(accessToken) ?? 0),
    refresh({ accessToken, refreshToken }, now) {
      const known = refreshers.get(refreshToken);
      if (known?.accessToken !== accessToken || known.expiresAt <= now) return null;
      refreshers.delete(refreshToken);
      return issue(now);
    },
  };
}

function fakeJwt(expiresAt: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { exp: Math.floor(expiresAt / 1000), jti: randomBytes(8).toString('hex') };
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${randomBytes(32).toString('base64url')}`;
}
