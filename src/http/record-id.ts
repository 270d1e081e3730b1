import type { FastifyRequest } from 'fastify';
import { notFound } from './errors.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A precondition: the id in the path, if there is one, is a UUID; else 404. An id becomes part of a Redis key, and
 * text of any other form could name a key that is not a record's.
 */
export async function requireRecordId({ params }: FastifyRequest): Promise<void> {
  const { id } = params as { id?: string };
  if (id !== undefined && !uuid.test(id))
    throw notFound('record of this id', 'ids are UUIDs, as the lists under /v1 show them');
}
