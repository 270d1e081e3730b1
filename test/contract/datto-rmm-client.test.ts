import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { createQuickJobs } from '../../src/datto-rmm/quick-job.ts';

/** Datto's own description is not ours to publish: `DATTO_OPENAPI` names the file of a local copy. */
const file = process.env.DATTO_OPENAPI ?? '';
const skip =
  !existsSync(file) &&
  "DATTO_OPENAPI names no copy of Datto RMM's description: it is at https://{platform}-api.centrastage.net/api/v3/api-docs";

interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}
interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const schemaOf = ({ components }: Document, schema: Schema): Schema =>
  schema.$ref ? (components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema;

/** Where a value does not fit its description: unknown names, absent names, wrong types, words outside the enum. */
function misfits(document: Document, described: Schema, value: unknown, at: string): string[] {
  const schema = schemaOf(document, described);
  if (Array.isArray(value)) {
    if (schema.type !== 'array') return [`${at} is not described as an array`];
    return value.flatMap((item, index) => misfits(document, schema.items ?? {}, item, `${at}[${index}]`));
  }
  if (typeof value === 'object' && value !== null) {
    const absent = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
    const inner = Object.entries(value).flatMap(([name, member]) => {
      const property = schema.properties?.[name];
      return property ? misfits(document, property, member, `${at}.${name}`) : [`${at}.${name} is not described`];
    });
    return [...absent, ...inner];
  }
  if (schema.enum && !schema.enum.includes(String(value))) return [`${at} is not in the enum`];
  return typeof value === schema.type || schema.type === 'integer' ? [] : [`${at} is not a ${schema.type}`];
}

t.test("every request to Datto RMM, and every answer that we read, fits Datto's description", { skip }, async (t) => {
  const document: Document = JSON.parse(readFileSync(file, 'utf8'));
  const component = { componentUid: 'c', componentStatus: 'Success', hasStdOut: true, hasStdErr: true };
  const answers: Record<string, unknown> = {
    'GET /v2/device/{deviceUid}': { hostname: 'H', deleted: false },
    'PUT /v2/device/{deviceUid}/quickjob': { job: { uid: 'j' } },
    'GET /v2/job/{jobUid}/results/{deviceUid}': { jobDeploymentStatus: 'Success', componentResults: [component] },
    'GET /v2/job/{jobUid}/results/{deviceUid}/stdout': [{ componentUid: 'c', stdData: 'out' }],
    'GET /v2/job/{jobUid}/results/{deviceUid}/stderr': [{ componentUid: 'c', stdData: 'err' }],
  };
  const sent: string[] = [];
  const jobs = createQuickJobs({
    async call({ method, template, params, body }) {
      const endpoint = `${method} ${template}`;
      sent.push(endpoint);
      const operation = document.paths[template]?.[method.toLowerCase()];
      t.ok(operation, endpoint);
      t.same(Object.keys(params).sort(), [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
      const asked = operation?.requestBody?.content['application/json']?.schema;
      t.same(asked ? misfits(document, asked, body, 'body') : [], [], `${endpoint}, request`);
      t.equal(asked === undefined, body === undefined, `${endpoint} has a body if it is described with one`);
      const answered = Object.values(operation?.responses['200']?.content ?? {})[0]?.schema;
      t.same(misfits(document, answered ?? {}, answers[endpoint], 'answer'), [], `${endpoint}, answer`);
      return answers[endpoint];
    },
  });
  t.equal(await jobs.hostname('d'), 'H');
  t.equal(await jobs.start('d', { jobName: 'n', componentUid: 'c', variables: { a: 'b' } }), 'j');
  t.match(await jobs.readResult('j', 'd', { warningIsSuccess: false }), { outcome: 'succeeded', message: /out.*err/ });
  t.same(sent.sort(), Object.keys(answers).sort());
  const { JobResults, JobComponentResult } = document.components.schemas;
  const words = 'Expired Failure Pending Retired Running Success Warning';
  t.equal(JobResults?.properties?.jobDeploymentStatus?.enum?.sort().join(' '), words, 'no word is new');
  t.equal(JobComponentResult?.properties?.componentStatus?.enum?.sort().join(' '), 'Failure Success');
});
