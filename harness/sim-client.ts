import type { z } from 'zod';
import type { Effect } from '../sim/bms/effects.ts';
import type { createFaultSchema } from '../sim/bms/fault-input.ts';
import type { Ledger } from '../sim/bms/ledger.ts';

/** The simulated BMS's control side, as the demo and the tests use it. */
export type { Effect, Ledger };
export type LedgerTicket = Ledger['tickets'][number];
export type Fault = z.input<ReturnType<typeof createFaultSchema>>;

export const resolveOperation = 'POST /v2/rmm/{integrationType}/tickets/resolve';

export function simClient(url: string) {
  const post = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  };
  return {
    ledger: async (): Promise<Ledger> => (await (await fetch(`${url}/__sim/ledger`)).json()) as Ledger,
    fault: (fault: Fault) => post('/__sim/faults', fault),
  };
}

export type SimClient = ReturnType<typeof simClient>;
