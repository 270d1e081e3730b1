import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { problem } from './errors.ts';

export interface ApiKey {
  name: string;
  key: string;
}

const digest = (value: string) => createHash('sha256').update(value).digest();

/** Compares in constant time: the duration does not show how much of the secret was right. */
export const sameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

function keyOf({ headers }: FastifyRequest, keys: readonly ApiKey[]): ApiKey | undefined {
  const given = headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
  return keys.filter(({ key }) => given !== undefined && sameSecret(given, key))[0];
}

const callers = new WeakMap<FastifyRequest, string>();

/** The name of the API key that the request came with; '' where no key is required. */
export const callerOf = (request: FastifyRequest): string => callers.get(request) ?? '';

/** A precondition: the request carries one of the keys as `Authorization: Bearer KEY`; else 401. */
export function requireApiKey(keys: readonly ApiKey[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const known = keyOf(request, keys);
    if (known) return void callers.set(request, known.name);
    const hint =
      keys.length === 0
        ? 'set API_KEYS=name:key and restart'
        : 'send Authorization: Bearer KEY, with a key from API_KEYS';
    throw problem(401, { code: 'unauthorized', message: 'this route requires an API key', hint });
  };
}
