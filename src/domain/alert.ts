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
  /** The service's own id, one per accepted event: two deliveries of the same event have two ids. */
  id: z.string(),
  connection: z.string(),
  /** The sender's own id of this event; BMS calls it `AlertRefId`. */
  sourceId: text(200),
  /** Names the fault: alerts that share it belong to one incident. */
  alertKey: text(200),
  /** Names one occurrence of the fault; null when the sender gives nothing that distinguishes occurrences. */
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
  /** When the service accepted it. ISO 8601. */
  receivedAt: z.string(),
});

export type Alert = z.infer<typeof alertSchema>;
export type AlertAction = Alert['action'];
export type Severity = Alert['severity'];

/** How an alert ended: exactly one of these, once it is recorded. */
export type AlertOutcome = 'triaged' | 'merged' | 'suppressed' | 'escalated' | 'ignored';

/** What became of one alert, as `/v1/alerts` shows it. Null fields are not known yet, or do not apply. */
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
 * Control characters except tab and newline, invisible characters (zero-width, bidirectional overrides), and lone
 * surrogates: Redis's JSON decoder refuses a lone surrogate, so an alert with one could never be processed.
 */
const invisible = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}]/gu;
const surrogateAtEnd = /\p{Cs}$/u;

/** Removes invisible characters and cuts the text to `max` UTF-16 units, the last one an ellipsis if text was cut. */
export function cleanText(value: string, max: number): string {
  const clean = value.replace(invisible, '').trim();
  return clean.length <= max ? clean : `${clean.slice(0, max - 1).replace(surrogateAtEnd, '')}…`;
}
