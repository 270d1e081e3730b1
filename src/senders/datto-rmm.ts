import { z } from 'zod';
import { cleanText } from '../domain/alert.ts';
import { type Adapter, capped, parsePayload, toSeverity, visible } from './adapter.ts';
import { ownWords } from './severities.ts';

const hint = 'use the two templates of docs/webhooks.md, one for raised and one for resolved alerts';

/** A variable that Datto RMM did not know arrives as its own name, in brackets. */
const isUnexpanded = (value: string) => /^\[[a-z_]+\]$/i.test(value);

const expanded = visible.refine((value) => !isUnexpanded(value.trim()), 'is a variable that Datto RMM did not fill in');

const optional = z
  .string()
  .nullish()
  .transform((value) => (value == null || cleanText(value, 1) === '' || isUnexpanded(value) ? null : value));

/** Our template for Datto RMM: the operator pastes the body in, so its `event` is a literal of ours. */
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
/** Datto RMM names an alert and its recovery by the same `alert_uid`, so that names the fault and the occurrence. */
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
      severity: toSeverity(body.alert_priority, ownWords),
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
