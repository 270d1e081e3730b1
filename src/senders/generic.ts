import { createHash } from 'node:crypto';
import { z } from 'zod';
import { alertActionSchema, cleanText } from '../domain/alert.ts';
import { type Adapter, capped, parsePayload, toSeverity, visible } from './adapter.ts';
import { commonWords } from './severities.ts';

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

/** When the sender gives no key, the fault is named by what the alert is about. */
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
    severity: toSeverity(body.severity, commonWords),
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

/** One alert, or an array of them; every one of an array must fit, so that no request is accepted by halves. */
export const decodeGeneric: Adapter = (payload, { connection, receivedAt, newId }) => {
  const bodies = Array.isArray(payload)
    ? parsePayload(z.array(payloadSchema).min(1).max(1000), payload, hint)
    : [parsePayload(payloadSchema, payload, hint)];
  return bodies.map((body) => decodeOne(body, connection, receivedAt, newId()));
};
