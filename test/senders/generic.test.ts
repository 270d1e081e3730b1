import t from 'tap';
import { alertSchema } from '../../src/domain/alert.ts';
import { decodeGeneric } from '../../src/senders/generic.ts';

let ids = 0;
const delivery = {
  connection: 'any',
  receivedAt: '2026-11-25T12:00:00.000Z',
  newId: () => {
    ids += 1;
    return `id-${ids}`;
  },
};
const smallest = { action: 'trigger', title: 'UPS on battery' };
const decode = (body: object) => decodeGeneric({ ...smallest, ...body }, delivery)[0];

t.test('a full generic payload becomes an alert field by field', async (t) => {
  const alert = decode({
    ...{ alert_key: 'k1', id: 'e1', description: 'd', severity: 'major', occurred_at: '2026-11-25T11:59:00+01:00' },
    ...{ customer: { id: 'c', name: 'Acme' }, site: { name: 'HQ' }, check: { id: 'ups', name: 'UPS' } },
    device: { id: 'd1', name: 'ups01', ip: '10.0.0.9', os: 'rtos' },
  });
  t.match(alert, {
    ...{ connection: 'any', sourceId: 'e1', alertKey: 'k1', occurrenceId: 'k1@e1', action: 'trigger' },
    ...{ severity: 'high', title: 'UPS on battery', description: 'd', customer: 'Acme', site: 'HQ', monitor: 'UPS' },
    device: { id: 'd1', name: 'ups01', ip: '10.0.0.9', os: 'rtos' },
    ...{ occurredAt: '2026-11-25T11:59:00+01:00', receivedAt: delivery.receivedAt },
  });
  t.ok(alertSchema.safeParse(alert).success);
});

t.test("each sender's word for a severity, in any case, is one of ours, and others are unknown", async (t) => {
  const words = {
    critical: ['critical', 'emergency', 'fatal', 'CRITICAL'],
    high: ['high', 'error', 'major'],
    moderate: ['moderate', 'medium', 'warning', 'Warning'],
    low: ['low', 'minor'],
    information: ['information', 'info'],
    unknown: ['', null, undefined, 'purple', 'unknown', 'constructor', '__proto__', 'toString'],
  };
  for (const [severity, all] of Object.entries(words))
    for (const word of all) t.equal(decode({ severity: word })?.severity, severity, String(word));
});

t.test('without a key, equal faults of one device share a derived key and others do not', async (t) => {
  const device = { name: 'ups01' };
  const key = decode({ device })?.alertKey;
  t.match(key, /^derived-[0-9a-f]{24}$/);
  t.equal(decode({ device, action: 'resolve', severity: 'low' })?.alertKey, key);
  for (const other of [{ device: { name: 'ups02' } }, { device, title: 'UPS off' }, { device, customer: { id: 'c' } }])
    t.not(decode(other)?.alertKey, key);
});

t.test('an event id or else its time names the occurrence', async (t) => {
  t.equal(decode({ alert_key: 'k' })?.occurrenceId, null);
  t.equal(decode({ alert_key: 'k', id: 0 })?.occurrenceId, 'k@0');
  const occurred_at = '2026-11-25T11:59:00Z';
  t.equal(decode({ alert_key: 'k', occurred_at })?.occurrenceId, `k@${occurred_at}`);
});

t.test('optional text that shows nothing is null', async (t) => {
  t.match(decode({ device: { name: '\u200b', ip: '' }, site: { name: ' ' } }), {
    ...{ device: { id: null, name: null, ip: null, os: null }, site: null, customer: null, monitor: null },
  });
});

t.test('a generic payload that does not fit is refused with the names of its fields', async (t) => {
  for (const [body, field] of [
    [{ action: 'open' }, 'action'],
    [{ title: '\u200b' }, 'title'],
    [{ alert_key: '\u202e' }, 'alert_key'],
    [{ id: 2 ** 53 }, 'id'],
    [{ id: '\ud800' }, 'id'],
    [{ occurred_at: 'yesterday' }, 'occurred_at'],
  ] as const)
    t.throws(() => decode(body), { code: 'payload_not_understood', message: new RegExp(`^${field}: `) }, field);
  t.throws(() => decodeGeneric(null, delivery), { message: /^body: / });
});

t.test(
  'an array holds 1 to 1000 alerts, each with an id of its own, and all of them fit or none is accepted',
  async (t) => {
    const alerts = decodeGeneric([smallest, { action: 'resolve', title: 'b' }], delivery);
    t.same(
      alerts.map(({ action }) => action),
      ['trigger', 'resolve'],
    );
    t.not(alerts[0]?.id, alerts[1]?.id);
    for (const body of [[], [smallest, { title: 'b' }], Array.from({ length: 1001 }, () => smallest)])
      t.throws(() => decodeGeneric(body, delivery), { code: 'payload_not_understood', hint: /docs\/webhooks\.md/ });
  },
);
