import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { defaultOptions } from '../../sim/bms/options.ts';
import { readyLine } from '../../sim/bms/ready-line.ts';
import { createBms } from '../../sim/bms/server.ts';
import { loadConfig } from '../../src/config.ts';
import { keys } from '../helpers/settings.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const cases = readdirSync(`${root}helm/bms-triage/ci`);
const values = (name: string) => ['-f', `${root}helm/bms-triage/ci/${name}-values.yaml`];
const helm = async (...args: string[]) => (await run(`${root}script/helm`, args, { maxBuffer: 1 << 24 })).stdout;

const container = z.object({
  args: z.array(z.string()),
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  envFrom: z.array(z.unknown()).default([]),
  securityContext: z.object({
    readOnlyRootFilesystem: z.literal(true),
    allowPrivilegeEscalation: z.literal(false),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
});
const workload = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number().optional(),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.tuple([container]),
      }),
    }),
  }),
});
const object = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });

async function render(...args: string[]) {
  const text = await helm('template', 'demo', `${root}helm/bms-triage`, ...args);
  const objects = parseAllDocuments(text).flatMap((document) =>
    document.contents === null ? [] : [object.parse(document.toJS())],
  );
  const workloads = objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map((raw) => workload.parse(raw));
  return { text, objects, workloads, kinds: objects.map(({ kind }) => kind) };
}

const complaint = (...args: string[]) =>
  render(...args).then(
    () => '',
    (error: { stderr?: string }) => error.stderr ?? String(error),
  );

t.test('the chart lints, alone and with every example', async (t) => {
  t.match(await helm('lint', `${root}helm/bms-triage`), /0 chart\(s\) failed/);
  for (const name of cases)
    t.match(
      await helm('lint', '--strict', `${root}helm/bms-triage`, '-f', `${root}helm/bms-triage/ci/${name}`),
      /0 chart\(s\) failed/,
      name,
    );
});

t.test('the chart runs two roles of one image, locked down', async (t) => {
  const { workloads } = await render(...values('minimal'));
  t.same(
    workloads.map(({ metadata }) => metadata.name),
    ['demo-bms-triage-server', 'demo-bms-triage-worker'],
  );
  const containers = workloads.map(({ spec }) => spec.template.spec.containers[0]);
  t.same(
    containers.map(({ args }) => args),
    [['server'], ['worker']],
  );
  t.equal(new Set(containers.map(({ image }) => image)).size, 1);
  const { workloads: withValkey } = await render(...values('valkey'));
  t.equal(withValkey.length, 3, 'Valkey is locked down too');
});

t.test('the chart never puts a secret inline', async (t) => {
  const { workloads } = await render(...values('minimal'));
  for (const { spec } of workloads) {
    const { env, envFrom } = spec.template.spec.containers[0];
    t.notOk(env.some(({ name, value }) => value !== undefined && /PASSWORD|API_KEY|SECRET|REDIS_URL/.test(name)));
    t.equal(envFrom.length, 1);
  }
});

t.test('the configuration in the ConfigMap is one that the service takes, and safe', async (t) => {
  const { objects } = await render(...values('minimal'));
  const map = z
    .object({ data: z.object({ 'triage.yaml': z.string() }) })
    .parse(objects.find(({ kind }) => kind === 'ConfigMap'));
  t.match(parse(map.data['triage.yaml']), { mode: 'observe' });
  const dir = t.testdir({ 'triage.yaml': map.data['triage.yaml'] });
  t.equal(loadConfig({ ...keys, TRIAGE_CONFIG: `${dir}/triage.yaml` }).mode, 'observe');
});

t.test('a change of configuration or secrets restarts the pods', async (t) => {
  const checksums = async (...args: string[]) =>
    JSON.stringify(
      (await render(...values('minimal'), ...args)).workloads.map(({ spec }) => spec.template.metadata.annotations),
    );
  const before = await checksums();
  t.equal(await checksums(), before);
  t.not(await checksums('--set', 'config.mode=auto'), before);
  t.not(await checksums('--set', 'secrets.KASEYA_PASSWORD=other'), before);
});

t.test('a missing or wrong value is named, with the way out', async (t) => {
  const wrong: [string, RegExp][] = [
    ['kaseya.baseUrl=', /kaseya\.baseUrl is missing/],
    ['kaseya.tenant=', /kaseya\.tenant is missing/],
    ['openai.model=', /openai\.model is missing/],
    ['redis.url=', /redis\.url is missing.*valkey\.enabled/],
    ['secrets.KASEYA_PASSWORD=', /secrets\.KASEYA_PASSWORD is missing.*existingSecret/],
    ['secrets.DATTO_WEBHOOK_SECRET=', /secrets\.DATTO_WEBHOOK_SECRET is missing.*connection datto/],
    ['secrets.TRUTO_TOKEN=t', /truto\.accountId is missing/],
    ['ingress.enabled=true', /ingress\.host is missing/],
    ['config.mode=yolo', /mode/],
    ['wroker.replicas=3', /wroker/],
  ];
  for (const [setting, complaintText] of wrong)
    t.match(await complaint(...values('minimal'), '--set', setting), complaintText, setting);
  const wrongOfTruto: [string, RegExp][] = [
    ['secrets.TRUTO_TOKEN=', /secrets\.TRUTO_TOKEN is missing.*existingSecret/],
    ['datto.url=', /datto\.url is missing.*free-disk-space/],
    ['secrets.DATTO_API_SECRET_KEY=', /secrets\.DATTO_API_SECRET_KEY is missing.*free-disk-space/],
    ['secrets.REMEDY_SECRET=', /secrets\.REMEDY_SECRET is missing.*restart-spooler/],
    ['truto.acountId=x', /acountId/],
  ];
  for (const [setting, complaintText] of wrongOfTruto)
    t.match(await complaint(...values('truto'), '--set', setting), complaintText, setting);
});

t.test('what the chart renders is an environment that the service starts with', async (t) => {
  for (const name of ['minimal', 'truto']) {
    const { objects, workloads } = await render(...values(name));
    const texts = z.object({ stringData: z.record(z.string(), z.string()) });
    const secrets = objects.map((found) => texts.safeParse(found).data?.stringData ?? {});
    const map = z.object({ data: z.object({ 'triage.yaml': z.string() }) });
    const file = map.parse(objects.find(({ kind }) => kind === 'ConfigMap')).data['triage.yaml'];
    const TRIAGE_CONFIG = `${t.testdir({ 'triage.yaml': file })}/triage.yaml`;
    for (const { spec } of workloads) {
      const { env } = spec.template.spec.containers[0];
      const settings = Object.fromEntries(env.map((setting) => [setting.name, setting.value]));
      const config = loadConfig(Object.assign({}, settings, ...secrets, { TRIAGE_CONFIG }));
      t.equal(Boolean(config.TRUTO_TOKEN), name === 'truto');
      t.equal(Object.keys(config.remedies).length, name === 'truto' ? 2 : 0);
    }
  }
});

t.test('the chart knows every setting of .env.example', async (t) => {
  const settings = readFileSync(`${root}.env.example`, 'utf8').matchAll(/^#? ?([A-Z_]+)=/gm);
  const names = [...settings].map(([, name = '']) => name);
  const chart = ['values.yaml', 'templates/_helpers.tpl']
    .map((file) => readFileSync(`${root}helm/bms-triage/${file}`, 'utf8'))
    .join('');
  const elsewhere = new Set(['TRIAGE_MODE']); // config.mode
  t.ok(names.length > 20);
  for (const name of names) t.ok(elsewhere.has(name) || chart.includes(name), name);
});

t.test("the keys in the compose file are those of the simulator's seed", async (t) => {
  const compose = readFileSync(`${root}compose.yaml`, 'utf8');
  const triage = readFileSync(`${root}compose.triage.yaml`, 'utf8');
  const seed = compose.match(/--seed=(\w+)/)?.[1] ?? '';
  const { app, state } = createBms({ ...defaultOptions, seed });
  t.teardown(() => app.close());
  const { truto, datto, remedy } = readyLine(app, state);
  for (const key of [truto.token, truto.accountId, datto.apiKey, datto.apiSecretKey, remedy.secret])
    t.ok(compose.includes(key), key);
  t.ok(triage.includes(datto.componentUid));
});

t.test('optional parts of the chart appear only when asked for', async (t) => {
  const minimal = await render(...values('minimal'));
  for (const kind of ['Ingress', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'StatefulSet', 'PrometheusRule'])
    t.notOk(minimal.kinds.includes(kind), kind);
  t.same(
    minimal.workloads.map(({ spec }) => spec.replicas),
    [2, 2],
  );
  const full = await render(...values('full'));
  for (const kind of ['Ingress', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PrometheusRule'])
    t.ok(full.kinds.includes(kind), kind);
  const rules = full.objects.find(({ kind }) => kind === 'PrometheusRule');
  t.match(full.text, /^ {4}release: kube-prometheus-stack$/m);
  t.same(rules?.spec, parse(readFileSync(`${root}helm/bms-triage/files/alerts.yaml`, 'utf8')));
  t.notOk(full.kinds.includes('Secret'), 'existing secrets are used');
  t.equal(full.workloads[1]?.spec.replicas, undefined, 'the autoscaler owns the count');
});

t.test('the compose file and the image start commands that exist', async (t) => {
  const compose = z
    .object({
      services: z.record(
        z.string(),
        z.looseObject({
          image: z.string(),
          command: z.array(z.string()),
          entrypoint: z.array(z.string()).optional(),
          environment: z.record(z.string(), z.string()).optional(),
        }),
      ),
    })
    .parse(parse(readFileSync(`${root}compose.yaml`, 'utf8'), { merge: true }));
  t.same(Object.keys(compose.services).sort(), ['bms', 'model', 'server', 'valkey', 'worker']);
  for (const { entrypoint = [] } of Object.values(compose.services)) {
    const program = entrypoint[1]?.replace(/^dist\//, '').replace(/\.js$/, '.ts');
    if (program) t.ok(readFileSync(`${root}${program}`), program);
  }
  const environment = Object.entries(compose.services.server?.environment ?? {}).map(([name, value]) => [
    name,
    value.replace(/^\$\{\w+:-(.*)\}$/, '$1'),
  ]);
  t.equal(loadConfig({ ...Object.fromEntries(environment), TRIAGE_CONFIG: `${root}compose.triage.yaml` }).mode, 'auto');
  for (const copied of readFileSync(`${root}Dockerfile`, 'utf8').matchAll(/^COPY (?!--)(.+) \.\/?\S*$/gm)) {
    for (const path of (copied[1] ?? '').split(' ')) t.ok(readdirSync(root).includes(path), `${path} exists`);
  }
});
