import { createHash } from 'node:crypto';
import type { Request } from '../transport.ts';

/** Set to the moment of sending: two tries of one write differ in nothing else. */
const clockFields = new Set(['NoteDate']);

/**
 * The key under which Truto knows a repeat. Where the caller gives none, the write itself is the key: its text carries
 * the run's marker and its rows a transaction id, so equal content is the same write, in whichever process it is
 * tried. A patch has neither, and repeating it changes nothing; nor has a call without a body. Those get a fresh key.
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
