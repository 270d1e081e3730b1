import type { FastifyReply } from 'fastify';
import type { LetterCase } from '../options.ts';
import { type Answer, encode } from '../wire.ts';

export function send(reply: FastifyReply, { status, body }: Answer, letterCase: LetterCase): FastifyReply {
  reply.code(status);
  if (body === undefined) return reply.send();
  return reply.type('application/json; charset=utf-8').send(encode(body, letterCase));
}
