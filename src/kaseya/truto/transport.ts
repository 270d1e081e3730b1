import type { Request, Transport } from '../transport.ts';
import { readOne } from './answer.ts';
import { createCatalogue, toolsEndpoint } from './catalogue.ts';
import { type ClientOptions, createClient } from './client.ts';
import { idempotencyKey } from './idempotency.ts';
import { readList, readSingle } from './list.ts';
import type { Target } from './operations.ts';
import { plan } from './plan.ts';

export interface TrutoOptions extends ClientOptions {
  /** Truto's id of the connected BMS tenant. */
  accountId: string;
  /** Overrides of `defaultOperations`. */
  operations: Readonly<Record<string, Target>>;
  catalogueTtlMs: number;
  newId(): string;
}

/** Which of our operations the account offers. Operations are named by method and template. */
export interface Operations {
  /** The operations that it does not offer. */
  missing(): Promise<string[]>;
  /** Why it cannot do an operation; null when it can. */
  objection(operation: string): Promise<string | null>;
}

export interface TrutoTransport extends Transport {
  operations: Operations;
}

/** Kaseya BMS through Truto's proxy. It offers the same operations, so the same client, tools and guards run on it. */
export function createTrutoTransport(options: TrutoOptions): TrutoTransport {
  const { accountId, operations, catalogueTtlMs, newId, now } = options;
  const send = createClient(options);
  const fetchTools = () =>
    send({
      planned: { method: 'GET', path: `/integrated-account/${encodeURIComponent(accountId)}/tools`, query: {} },
      ...{ endpoint: toolsEndpoint, isWrite: false },
    });
  const catalogue = createCatalogue(fetchTools, { overrides: operations, ttlMs: catalogueTtlMs, now });

  return {
    operations: catalogue,
    async call(request: Request) {
      const endpoint = `${request.method} ${request.template}`;
      const operation = await catalogue.find(endpoint);
      const planned = plan(request, operation, accountId);
      const asked = { endpoint, isWrite: request.method !== 'GET' };
      const key = asked.isWrite ? { idempotencyKey: idempotencyKey(request, newId) } : {};
      const fetchPage = (cursor: string | null) => {
        const query = cursor === null ? planned.query : { ...planned.query, next_cursor: cursor };
        return send({ ...asked, ...key, planned: { ...planned, query } });
      };
      if (operation.target.single) return readSingle(await fetchPage(null), asked);
      if (operation.target.method === 'list') return readList(request, asked, fetchPage);
      return readOne(await fetchPage(null), asked);
    },
  };
}
