import t from 'tap';
import { alertSchema } from '../../src/domain/alert.ts';
import { decodeDattoRmm } from '../../src/senders/datto-rmm.ts';

const delivery = { connection: 'datto', receivedAt: '2026-11-25T12:00:00.000Z', newId: () => 'id-1' };
const smallest = { event: 'alert.raised', alert_uid: 'u1' };
const decode = (body: object) => {
  const [alert, ...others] = decodeDattoRmm({ ...smallest, ...body }, delivery);
  t.same(others, [], 'one payload is one alert');
  return alert;
};

t.test('a full payload of Datto RMM becomes an alert field by field', async (t) => {
  const alert = decode({
    alert_type: 'Disk Usage',
    alert_category: 'Performance',
    alert_priority: 'High',
    alert: 'C: over 90%',
    alert_message: 'C: is 94% full',
    device_uid: 'd1',
    device_hostname: 'EXD-FS01',
    device_ip: '10.0.0.5',
    device_os: 'Windows Server 2022',
    site_name: 'Head Office',
  });
  t.same(alert, {
    ...{ id: 'id-1', connection: 'datto', receivedAt: delivery.receivedAt, occurredAt: null },
    ...{ sourceId: 'u1', alertKey: 'u1', occurrenceId: 'u1', action: 'trigger', severity: 'high' },
    ...{ title: 'C: over 90%', description: 'C: is 94% full', customer: null, site: 'Head Office' },
    device: { id: 'd1', name: 'EXD-FS01', ip: '10.0.0.5', os: 'Windows Server 2022' },
    monitor: 'Disk Usage',
  });
  t.ok(alertSchema.safeParse(alert).success);
});

t.test("Datto RMM's three events are actions, and any other event is refused", async (t) => {
  for (const [event, action] of [
    ['alert.raised', 'trigger'],
    ['alert.resolved', 'resolve'],
    ['alert.test', 'test'],
  ] as const)
    t.equal(decode({ event })?.action, action, event);
  t.throws(() => decode({ event: 'trigger' }), { code: 'payload_not_understood', message: /^event: / });
});

t.test('Datto RMM knows five priorities, in any case, and every other word is unknown', async (t) => {
  for (const word of ['critical', 'high', 'moderate', 'low', 'information'])
    t.equal(decode({ alert_priority: word.toUpperCase() })?.severity, word);
  for (const word of ['warning', 'error', 'info', 'unknown', 'constructor', '__proto__', '', null, '[alert_priority]'])
    t.equal(decode({ alert_priority: word })?.severity, 'unknown', String(word));
});

t.test('a variable that Datto RMM did not fill in is no value, and is refused as the alert_uid', async (t) => {
  const alert = decode({
    alert: '[alert]',
    alert_message: 'Full',
    device_hostname: '[device_hostname]',
    site_name: '',
  });
  t.match(alert, { title: 'Full', site: null, device: { name: null } });
  for (const alert_uid of ['[alert_uid]', ' [alert_uid] ', '\u200b', '', 7])
    t.throws(() => decode({ alert_uid }), { code: 'payload_not_understood', message: /^alert_uid: / }, `${alert_uid}`);
});

t.test('the title of a Datto RMM alert falls back from alert to message to type', async (t) => {
  t.equal(decode({ alert_message: 'm', alert_type: 't' })?.title, 'm');
  t.equal(decode({ alert_type: 't' })?.title, 't');
  t.equal(decode({})?.title, 'alert without text');
  t.equal(decode({ alert_category: 'c' })?.monitor, 'c');
});

t.test('long text of Datto RMM is cut to what an alert may hold', async (t) => {
  const long = 'x'.repeat(5_000);
  const alert = decode({ alert_uid: long, alert: long, alert_message: long, site_name: long, device_ip: long });
  t.ok(alertSchema.safeParse(alert).success);
  t.match(alert, { site: /^x{199}…$/, device: { ip: /^x{99}…$/ } });
});
