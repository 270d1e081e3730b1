import { z } from 'zod';
import { caseless, readFields, text } from '../fields.ts';
import { errorCodes, ok, Refusal } from '../wire.ts';
import type { Route } from './route.ts';
import { applyPatch, type Patch, patchSchema, patchShape } from './ticket-change.ts';
import { recordTicketEffect, ticketOf } from './ticket-of.ts';
import { ticketView } from './ticket-view.ts';

const operationsSchema = z.array(caseless({ op: text, path: text, value: z.unknown() }));

/** JSON Patch; BMS is known to take `replace` on single fields. All of it is checked before any is applied. */
export const patchRoute: Route = {
  method: 'PATCH',
  template: '/v2/servicedesk/tickets/{ticketId}',
  handle(call) {
    const ticket = ticketOf(call);
    const patch = readPatch(call.body);
    applyPatch(call, ticket, patch);
    recordTicketEffect(call, ticket);
    return ok(ticketView(call.tenant, ticket));
  },
};

function readPatch(body: unknown): Patch {
  const known = new Set(Object.keys(patchShape).map((name) => name.toLowerCase()));
  const entries = readFields(operationsSchema, body).map(({ op, path, value }): [string, unknown] => {
    const name = path.replace(/^\//, '');
    if (op.toLowerCase() !== 'replace') throw unsupported(`op "${op}" is not supported: only replace is`);
    if (!known.has(name.toLowerCase())) throw unsupported(`path "${path}" cannot be replaced`);
    return [name, value];
  });
  if (entries.length === 0) throw unsupported('the patch holds no operation');
  return readFields(patchSchema, Object.fromEntries(entries));
}

const unsupported = (subError: string) =>
  new Refusal(400, errorCodes.unsupported, 'The patch cannot be applied', [subError]);
