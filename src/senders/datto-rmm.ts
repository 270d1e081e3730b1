import { z } from 'zod';
import { cleanText, type Severity } from '../domain/alert.ts';
import { type Adapter, parsePayload, visible } from './adapter.ts';

const hint = 'use the two templates of docs/webhooks.md, one for raised and one for resolved alerts';

/** A variable that Datto RMM did not know arrives as its own name, in brackets. */
const isUnexpanded = (value: string) => /^\[[a-z_]+\]$/i.test(value);

const expanded = visible.refine((value) => !isUnexpanded(value.trim()), 'is a variable that Datto RMM did not fill in');

const optional = z
  .string()
  .nullish()
  .transform((value) => (value == null || cleanText(value, 1) === '' || isUnexpanded(value) ? null : value));

/** Our template for Datto RMM: the body is whatever the operator pastes in, so its `event` is a literal of ours. */
const payloadSchema = z.object({
  event: z.enum(['alert.raised', 'alert.resolved', 'alert.test']),
  alert_uid: expanded,
  alert_type: optional,
  alert_category: optional,
  alert_priority: optional,
  alert: optional,
  alert_message: optional,
  device_uid: optional,
  device_hostname: optional,
  device_ip: optional,
  device_os: optional,
  site_name: optional,
});

const actions = { 'alert.raised': 'trigger', 'alert.resolved': 'resolve', 'alert.test': 'test' } as const;
const severities: ReadonlySet<string> = new Set(['critical', 'high', 'moderate', 'low', 'information']);

const toSeverity = (priority: string | null): Severity => {
  const word = (priority ?? '').toLowerCase();
  return severities.has(word) ? (word as Severity) : 'unknown';
};

const capped = (value: string | null, max: number) => (value === null ? null : cleanText(value, max));

/** Datto RMM names each alert by `alert_uid`, and its recovery by the same: it is the fault and the occurrence in one. */
export const decodeDattoRmm: Adapter = (payload, { connection, receivedAt, newId }) => {
  const body = parsePayload(payloadSchema, payload, hint);
  const uid = cleanText(body.alert_uid, 200);
  return [
    {
      id: newId(),
      connection,
      sourceId: uid,
      alertKey: uid,
      occurrenceId: uid,
      action: actions[body.event],
      severity: toSeverity(body.alert_priority),
      title: cleanText(body.alert ?? body.alert_message ?? body.alert_type ?? 'alert without text', 300),
      description: cleanText(body.alert_message ?? '', 4000),
      customer: null,
      site: capped(body.site_name, 200),
      device: {
        id: capped(body.device_uid, 200),
        name: capped(body.device_hostname, 200),
        ip: capped(body.device_ip, 100),
        os: capped(body.device_os, 200),
      },
      monitor: capped(body.alert_type ?? body.alert_category, 200),
      occurredAt: null,
      receivedAt,
    },
  ];
};
