/** The simulated BMS's control side, as the demo and the tests use it. */
export interface LedgerEffect {
  seq: number;
  at: string;
  operation: string;
  ticketId: number | null;
  alertRefId: string | null;
  assetId: number | null;
  jobId: string | null;
  transactionId: string | null;
  body: unknown;
}

export interface LedgerTicket {
  id: number;
  ticketNumber: string;
  accountId: number;
  accountName: string;
  alertRefId: string | null;
  title: string;
  statusName: string;
  resolved: boolean;
  priorityName: string;
  queueName: string | null;
  assigneeName: string | null;
  assetId: number | null;
  assetName: string | null;
  notes: {
    id: number;
    details: string;
    isInternal: boolean;
    typeName: string;
    createdByName: string;
    createdOn: string;
  }[];
}

export interface LedgerJob {
  id: string;
  family: string;
  status: string;
  rows: { transactionId: string; alertRefId: string | null; assetId: string | null; ok: boolean; message: string }[];
}

export interface Ledger {
  effects: LedgerEffect[];
  tickets: LedgerTicket[];
  jobs: LedgerJob[];
  requests: { total: number; byEndpoint: Record<string, number>; rejected429: number };
}

export interface Fault {
  match: { method?: string; path?: string; alertRefId?: string };
  kind: 'status' | 'success-false' | 'drop-before' | 'drop-after' | 'timeout' | 'malformed' | 'html' | 'row-failure';
  status?: number;
  count?: number;
  probability?: number;
  delayMs?: number;
  message?: string;
}

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
    human: (touch: { ticketId: number; action: string; text?: string; by?: string }) => post('/__sim/human', touch),
  };
}

export type SimClient = ReturnType<typeof simClient>;
