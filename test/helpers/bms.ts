import type { BmsOptions } from '../../sim/bms/options.ts';
import { defaultOptions } from '../../sim/bms/options.ts';
import { readyLine } from '../../sim/bms/ready-line.ts';
import { createBms } from '../../sim/bms/server.ts';
import { createBmsOver } from '../../src/kaseya/bms.ts';
import type { Envelope } from '../../src/kaseya/envelope.ts';
import { createTransport, type Request, type Transport } from '../../src/kaseya/transport.ts';
import { ports } from './ports.ts';

interface Test {
  teardown(run: () => unknown): void;
}

/** One request that the client sent, and what came of it; null when BMS said no. */
export interface Exchange {
  request: Request;
  answer: Envelope | null;
}

export const lookupTables = { noteTypes: 'NoteType', ticketTypes: 'TicketType', ticketSources: 'TicketSource' };
export const noDefaults = { noteType: null, ticketType: null, ticketSource: null, priority: null, status: null };

/** The client on a simulated BMS of its own, over HTTP, with every exchange written down. RMM jobs end at once. */
export async function recordedBms(t: Test, options: Partial<BmsOptions> = {}) {
  const { app, state } = createBms({ ...defaultOptions, jobSeconds: { min: 0, max: 0 }, ...options });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const { url, username, password, tenant, integrationType } = readyLine(app, state);
  const permit = { answered: async () => {}, unused: async () => {} };
  const transport = createTransport({
    ...ports,
    baseUrl: url,
    credentials: { username, password, tenant, mfaSecret: state.options.mfaSecret },
    bucket: { acquire: async () => permit },
    timeoutMs: 5_000,
    signal: new AbortController().signal,
  });
  const exchanges: Exchange[] = [];
  const recording: Transport = {
    async call(request) {
      const exchange: Exchange = { request, answer: null };
      exchanges.push(exchange);
      exchange.answer = await transport.call(request);
      return exchange.answer;
    },
  };
  const bms = createBmsOver(recording, { ...ports, integrationType, lookupTables, lookupTtlMs: 3_600_000 });
  return { app, state, url, bms, exchanges, integrationType };
}

export type RecordedBms = Awaited<ReturnType<typeof recordedBms>>;
