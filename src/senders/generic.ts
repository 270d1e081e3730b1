import { createHash } from 'node:crypto';
import { z } from 'zod';
import { alertActionSchema, cleanText, type Severity } from '../domain/alert.ts';
import { type Adapter, parsePayload, visible } from './adapter.ts';

const hint = 'see "generic" in docs/webhooks.md; the smallest body is {"action": "trigger", "title": "…"}';

const text = z.string().nullish();
const named = z.object({ id: text, name: text }).nullish();

/** Our own format, for any sender that can post JSON. Only `action` and `title` are required. */
const payloadSchema = z.object({
  action: alertActionSchema,
  title: visible,
  alert_key: visible.nullish(),
  // A number beyond the exact integers would name another event.
  id: z.union([visible, z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)]).nullish(),
  description: text,
  severity: text,
  occurred_at: z.iso.datetime({ offset: true }).nullish(),
  customer: named,
  site: named,
  device: z.object({ id: text, name: text, ip: text, os: text }).nullish(),
  check: named,
});

type Payload = z.infer<typeof payloadSchema>;

/** Words that senders use, to the severities we know. */
const severities: Record<string, Severity> = {
  critical: 'critical',
  emergency: 'critical',
  fatal: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  moderate: 'moderate',
  medium: 'moderate',
  warning: 'moderate',
  low: 'low',
  minor: 'low',
  information: 'information',
  info: 'information',
};

/** `constructor` and `__proto__` are no severities. */
function toSeverity(word: string | null | undefined): Severity {
  const known = (word ?? '').toLowerCase();
  return (Object.hasOwn(severities, known) && severities[known]) || 'unknown';
}

const capped = (value: string | null | undefined, max: number) => (value && cleanText(value, max)) || null;

/** Without a key of the sender's, what the alert is about names the fault. */
function derivedKey({ title, device, customer, check }: Payload): string {
  const about = JSON.stringify([
    title,
    device?.id ?? device?.name,
    customer?.id ?? customer?.name,
    check?.id ?? check?.name,
  ]);
  return `derived-${createHash('sha256').update(about).digest('hex').slice(0, 24)}`;
}

function decodeOne(body: Payload, connection: string, receivedAt: string, id: string): ReturnType<Adapter>[number] {
  const alertKey = cleanText(body.alert_key ?? derivedKey(body), 200);
  const sourceId = cleanText(body.id == null ? alertKey : String(body.id), 200);
  const occurrence = body.id ?? body.occurred_at;
  return {
    id,
    connection,
    sourceId,
    alertKey,
    occurrenceId: occurrence == null ? null : cleanText(`${alertKey}@${occurrence}`, 250),
    action: body.action,
    severity: toSeverity(body.severity),
    title: cleanText(body.title, 300),
    description: cleanText(body.description ?? '', 4000),
    customer: capped(body.customer?.name, 200),
    site: capped(body.site?.name, 200),
    device: {
      id: capped(body.device?.id, 200),
      name: capped(body.device?.name, 200),
      ip: capped(body.device?.ip, 100),
      os: capped(body.device?.os, 200),
    },
    monitor: capped(body.check?.name ?? body.check?.id, 200),
    occurredAt: body.occurred_at ?? null,
    receivedAt,
  };
}

/** One alert, or an array of them; all of an array must fit, so that a half-accepted request never happens. */
export const decodeGeneric: Adapter = (payload, { connection, receivedAt, newId }) => {
  const bodies = Array.isArray(payload)
    ? parsePayload(z.array(payloadSchema).min(1).max(1000), payload, hint)
    : [parsePayload(payloadSchema, payload, hint)];
  return bodies.map((body) => decodeOne(body, connection, receivedAt, newId()));
};
