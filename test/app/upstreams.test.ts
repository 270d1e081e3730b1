import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { stringify } from 'yaml';
import { createUpstream } from '../../src/app/upstreams.ts';
import { loadConfig } from '../../src/config.ts';
import { createUpstreamHealth } from '../../src/outbound/health.ts';
import { viewLimits } from '../../src/ratelimit/view.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';
import { keys } from '../helpers/settings.ts';

t.test('no key of ours is in the names of the rate budget, which anybody inside may see', async (t) => {
  const redis = await redisClient(t);
  const path = join(mkdtempSync(join(tmpdir(), 'upstream-')), 'triage.yaml');
  const auth = { header: 'x-webhook-secret', secretEnv: 'DATTO_WEBHOOK_SECRET' };
  const clean = { description: 'Cleans up.', for: { monitors: ['Disk Usage'] }, datto: { componentUid: 'c' } };
  writeFileSync(path, stringify({ connections: { datto: { source: 'datto-rmm', auth } }, remedies: { clean } }));
  // Nothing listens there: the permit is drawn all the same.
  const datto = { DATTO_URL: 'http://127.0.0.1:9', DATTO_API_KEY: 'the-datto-key', DATTO_API_SECRET_KEY: 'the-secret' };
  const config = loadConfig({ ...keys, ...datto, TRIAGE_CONFIG: path });
  const { remedies } = createUpstream({ config, ports }, redis, new AbortController().signal);
  await t.rejects(remedies.objection('clean', { uid: 'u', name: 'n', isVouchedFor: true }), { code: 'network' });
  const names = (await viewLimits(redis, ports.now)).map(({ bucket }) => bucket);
  t.match(names, [/^http:\/\/127\.0\.0\.1:9 datto:read$/]);
  t.notMatch((await redis.keys('*')).join('\n'), 'the-datto-key');
});

t.test('while BMS is down nothing but the health probe is sent to it', async (t) => {
  const redis = await redisClient(t);
  const path = join(mkdtempSync(join(tmpdir(), 'upstream-')), 'triage.yaml');
  const auth = { header: 'x-webhook-secret', secretEnv: 'DATTO_WEBHOOK_SECRET' };
  writeFileSync(path, stringify({ connections: { datto: { source: 'datto-rmm', auth } } }));
  // Nothing listens there.
  const config = loadConfig({ ...keys, KASEYA_BASE_URL: 'http://127.0.0.1:9', TRIAGE_CONFIG: path });
  let clock = ports.now();
  const health = createUpstreamHealth('bms', { log: pino({ level: 'silent' }), now: () => (clock += 5_000) });
  const { bms } = createUpstream({ config, ports }, redis, new AbortController().signal, health);
  await t.rejects(bms.tickets.get(7), { code: 'network', message: /could not be reached/ });
  t.equal(health.state(), 'down', 'the tries of one read are three failures');
  await t.rejects(bms.tickets.get(7), { code: 'network', message: /BMS is down/ });
  await t.rejects(bms.session.user(), { code: 'network', message: /could not be reached/ });
});
