import { createHash } from 'node:crypto';
import type { Request } from '../transport.ts';

/** Set to the moment of sending: two tries of one write differ only in these. */
const clockFields = new Set(['NoteDate']);

/**
 * The key by which Truto recognises a repeat. Unless the caller gives one, it is a hash of the write: its text carries the
 * run's marker and its rows a transaction id, so equal content is the same write, in any process. A patch has neither, and
 * repeating it changes nothing; a call without a body has neither. Those get a fresh key.
 */
export function idempotencyKey(request: Request, newId: () => string): string {
  const { method, template, params, query, body } = request;
  if (request.idempotencyKey !== undefined) return request.idempotencyKey;
  if (body === undefined || method === 'PATCH') return newId();
  const content = JSON.stringify([method, template, params, query, body], (name, value: unknown) =>
    clockFields.has(name) ? undefined : value,
  );
  return createHash('sha256').update(content).digest('hex');
}
