import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { problem } from './errors.ts';

export interface ApiKey {
  name: string;
  key: string;
}

const digest = (value: string) => createHash('sha256').update(value).digest();

/** Compares without telling by its timing how much of the secret was right. */
export const sameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

/** The key that a request carries as `Authorization: Bearer KEY`, if it is one of ours. */
export function keyOf({ headers }: FastifyRequest, keys: readonly ApiKey[]): ApiKey | undefined {
  const given = headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
  return keys.filter(({ key }) => given !== undefined && sameSecret(given, key))[0];
}

/** Lets a request pass that carries one of the keys. */
export function requireApiKey(keys: readonly ApiKey[]) {
  return async (request: FastifyRequest): Promise<void> => {
    if (keyOf(request, keys)) return;
    const hint =
      keys.length === 0
        ? 'set API_KEYS=name:key and restart'
        : 'send Authorization: Bearer KEY, with a key from API_KEYS';
    throw problem(401, { code: 'unauthorized', message: 'this route wants an API key', hint });
  };
}
