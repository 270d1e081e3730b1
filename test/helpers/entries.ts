import type { Alert } from '../../src/domain/alert.ts';
import type { Entry, EntryBody, Scope } from '../../src/domain/journal.ts';

export const alert: Alert = {
  id: 'a1',
  connection: 'datto',
  sourceId: 'uid-1',
  alertKey: 'uid-1',
  occurrenceId: 'uid-1',
  action: 'trigger',
  severity: 'critical',
  title: 'Disk Usage - C: over 90%',
  description: '[Disk Usage] - Disk C: is 94% full, threshold is 90%',
  customer: null,
  site: 'Example Dental - Head Office',
  device: { id: 'd1', name: 'EXD-FS01', ip: null, os: null },
  monitor: 'Disk Usage',
  occurredAt: null,
  receivedAt: '2026-11-23T10:00:00.000Z',
};

export const scope: Scope = {
  account: { id: 7, name: 'Example Dental Ltd' },
  asset: { id: 70, name: 'EXD-FS01' },
  ticket: { id: 700, number: '10293', title: 'Disk', status: 'New', statusId: 3, details: '', occurrences: 1 },
  otherTickets: [],
  reason: null,
};

export const queued: EntryBody = {
  type: 'queued',
  subject: { kind: 'alert', incidentId: 'i1', alert },
  mode: 'auto',
  retryOf: null,
};

/** Entries as a journal would hold them: one second apart, numbered from 1. */
export const journalOf = (...bodies: EntryBody[]): Entry[] =>
  bodies.map((body, index) => ({
    ...body,
    step: index + 1,
    at: new Date(Date.UTC(2026, 10, 23, 10, 0, index)).toISOString(),
  }));

export const asked = (...calls: { id: string; name: string; arguments?: string }[]): EntryBody => ({
  type: 'model_answered',
  model: 'm',
  content: '',
  toolCalls: calls.map((call) => ({ arguments: '{}', ...call })),
  usage: { promptTokens: 10, completionTokens: 5 },
  ms: 1,
});

export const resolveTool = 'create_a_kaseya_bms_tickets_resolve';

type Intended = Extract<EntryBody, { type: 'write_intended' }>;

export const intended = (callId: string, batch: string | null = null): Intended => ({
  type: 'write_intended',
  callId,
  tool: resolveTool,
  args: {},
  writeKey: 'k',
  marker: `[${callId}]`,
  batch,
});

export const submitted = (callId: string): EntryBody => ({
  type: 'rmm_job_submitted',
  callId,
  job: {
    transactionId: `r1.${callId}`,
    jobId: '12345678901234567',
    family: 'tickets',
    deadline: '2026-11-23T10:15:00.000Z',
  },
});

export const finished = (callId: string, outcome: 'succeeded' | 'failed' | 'unknown', message = 'told'): EntryBody => ({
  type: 'rmm_job_finished',
  transactionId: `r1.${callId}`,
  outcome,
  message,
  ticket: { id: 700, number: '10293' },
});
