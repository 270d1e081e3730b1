import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../faults.ts';
import type { LetterCase } from '../options.ts';
import { failed, Refusal } from '../wire.ts';
import { send } from './send.ts';

/** The connection that a fault strikes. */
export interface Line {
  request: FastifyRequest;
  reply: FastifyReply;
  signal: AbortSignal;
}

const faultCode = 1500;
const page = (status: number) =>
  `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>${status}: the gateway got no answer</h1></body></html>\n`;

/** What the caller gets to see of a fault. Whether the request did its work was settled before. */
export async function answerWith(fault: Fault, { reply, signal }: Line, letterCase: LetterCase): Promise<FastifyReply> {
  const message = fault.message ?? 'A fault that was asked for';
  switch (fault.kind) {
    case 'status':
      reply.headers(fault.headers ?? {});
      return send(reply, failed(new Refusal(fault.status ?? 500, faultCode, message)), letterCase);
    case 'success-false':
      return send(reply, failed(new Refusal(200, faultCode, message, [message])), letterCase);
    case 'malformed':
      return reply.type('application/json; charset=utf-8').send('{"success":true,"error":null,"result":{"id":');
    case 'html':
      return reply
        .code(fault.status ?? 502)
        .type('text/html; charset=utf-8')
        .send(page(fault.status ?? 502));
    case 'timeout':
      await sleep(fault.delayMs, undefined, { signal }).catch(() => undefined);
      return hangUp(reply);
    default:
      return hangUp(reply);
  }
}

function hangUp(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}
