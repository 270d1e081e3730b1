import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { startStack } from '../../harness/stack.ts';
import { privateRedis } from '../helpers/redis.ts';

const rule = z.strictObject({
  alert: z.string().regex(/^BmsTriage[A-Za-z]+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+m$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string() }),
});
const file = z.strictObject({ groups: z.tuple([z.strictObject({ name: z.string(), rules: z.array(rule) })]) });
const text = readFileSync(new URL('../../helm/bms-triage/files/alerts.yaml', import.meta.url), 'utf8');
const { rules } = file.parse(parse(text)).groups[0];

t.test('every alert has a name of its own, and its words name only labels that its expression keeps', async (t) => {
  t.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, expr, annotations } of rules) {
    const named = [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
    ].flatMap(([, name]) => name ?? []);
    const kept = [...expr.matchAll(/\bby \(([^)]+)\)/g)].flatMap(([, names = '']) => names.split(', '));
    for (const name of named) t.ok(kept.includes(name), `${alert}: ${name}`);
  }
});

t.test('every metric of the alerts is one that a process reports, with these labels', async (t) => {
  const redis = await privateRedis(t);
  const stack = await startStack({ redis, simFlags: ['--seed', '7'] });
  t.teardown(() => stack.stop());
  const { url } = await stack.start('all');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const declared = new Set([...metrics.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
  const used = new Set(rules.flatMap(({ expr }) => expr.match(/\bbms_triage_\w+/g) ?? []));
  t.ok(used.size >= 7);
  for (const name of used) t.ok(declared.has(name), name);
  for (const queue of ['alerts', 'runs'])
    t.ok(metrics.includes(`bms_triage_queue_oldest_seconds{queue="${queue}"} 0`), queue);
  for (const state of ['waiting', 'prioritized', 'active', 'delayed', 'failed'])
    t.ok(metrics.includes(`bms_triage_queue_jobs{queue="alerts",state="${state}"} 0`), state);
  for (const disposition of ['escalated', 'inconclusive'])
    t.ok(metrics.includes(`bms_triage_runs_concluded_total{disposition="${disposition}"} 0`), disposition);
});
