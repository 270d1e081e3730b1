import { z } from 'zod';

/** What the sender says happened to the fault. */
export const alertActionSchema = z.enum(['trigger', 'resolve', 'acknowledge', 'remind', 'test']);

export const severitySchema = z.enum(['critical', 'high', 'moderate', 'low', 'information', 'unknown']);

const text = (max: number) => z.string().max(max);
const optionalText = (max: number) => text(max).nullable();

/**
 * One normalised event from a sender. All text comes from outside and is length-capped and free of control
 * characters (see `cleanText`); it is data, never instruction.
 */
export const alertSchema = z.object({
  /** Ours, one per accepted event: two deliveries of the same event have two ids. */
  id: z.string(),
  connection: z.string(),
  /** The sender's own id of this event; BMS calls it `AlertRefId`. */
  sourceId: text(200),
  /** Names the fault: alerts that share it belong to one incident. */
  alertKey: text(200),
  /** Names one occurrence of the fault; null when the sender gives nothing that tells occurrences apart. */
  occurrenceId: optionalText(250),
  action: alertActionSchema,
  severity: severitySchema,
  title: text(300),
  description: text(4000),
  /** The customer as the sender names it. */
  customer: optionalText(200),
  site: optionalText(200),
  device: z.object({ id: optionalText(200), name: optionalText(200), ip: optionalText(100), os: optionalText(200) }),
  monitor: optionalText(200),
  /** When the sender says it happened; null when it does not say. ISO 8601. */
  occurredAt: z.string().nullable(),
  receivedAt: z.string(),
});

export type Alert = z.infer<typeof alertSchema>;
export type AlertAction = Alert['action'];
export type Severity = Alert['severity'];

export type AlertOutcome = 'triaged' | 'merged' | 'suppressed' | 'escalated' | 'ignored' | 'degraded';

/** What became of one alert, as `/v1/alerts` shows it. */
export interface AlertRecord {
  id: string;
  sourceId: string;
  connection: string;
  action: AlertAction;
  receivedAt: string;
  outcome: AlertOutcome | null;
  reason: string | null;
  incidentId: string | null;
  runId: string | null;
}

/**
 * Control characters but for tab and newline, invisible ones (zero-width, bidirectional overrides), and halves of a
 * character: Redis's JSON decoder refuses those, and an alert that holds one could never be taken in.
 */
const invisible = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}]/gu;
const halfAtEnd = /\p{Cs}$/u;

/** Cuts sender text to `max` characters and drops what cannot be seen. */
export function cleanText(value: string, max: number): string {
  const clean = value.replace(invisible, '').trim();
  return clean.length <= max ? clean : `${clean.slice(0, max - 1).replace(halfAtEnd, '')}…`;
}
