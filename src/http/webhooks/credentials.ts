import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sameSecret } from '../api-keys.ts';

/**
 * How a sender authenticates: a shared secret in a header (the prefix `Bearer` is allowed), or a header with the hex
 * HMAC-SHA256 of the raw body (the prefix `sha256=` is allowed).
 */
export type Auth = { header: string } | { hmacHeader: string };

/** Each of the `secrets` is valid, so that one can be changed without losing an alert. */
export function isAuthentic(
  headers: IncomingHttpHeaders,
  body: Buffer,
  auth: Auth,
  secrets: readonly string[],
): boolean {
  const name = 'header' in auth ? auth.header : auth.hmacHeader;
  const value = headers[name.toLowerCase()];
  if (typeof value !== 'string' || value === '') return false;
  if ('header' in auth) {
    const given = value.replace(/^Bearer\s+/i, '');
    return secrets.some((secret) => sameSecret(given, secret));
  }
  const given = value.replace(/^sha256=/i, '').toLowerCase();
  return secrets.some((secret) => sameSecret(given, createHmac('sha256', secret).update(body).digest('hex')));
}
