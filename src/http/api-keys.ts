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

/** Lets a request pass that carries one of the keys as `Authorization: Bearer KEY`. */
export function requireApiKey(keys: readonly ApiKey[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const given = request.headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
    const matches = keys.filter(({ key }) => given !== undefined && sameSecret(given, key));
    if (matches.length > 0) return;
    const hint =
      keys.length === 0
        ? 'set API_KEYS=name:key and restart'
        : 'send Authorization: Bearer KEY, with a key from API_KEYS';
    throw problem(401, { code: 'unauthorized', message: 'this route wants an API key', hint });
  };
}
