import { existsSync, readFileSync } from 'node:fs';

/** Kaseya's own description is not ours to publish: whoever has a copy of it names the file in `KASEYA_OPENAPI`. */
const file = process.env.KASEYA_OPENAPI ?? '';

interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  format?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  /** A map: any key, and what each holds. */
  additionalProperties?: Schema | boolean;
  required?: string[];
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses?: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface SentRequest {
  method: string;
  template: string;
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export interface Description {
  /** Does it describe this operation (method and path template)? */
  has(operation: string): boolean;
  /** What in the answer does not fit; null when the description says nothing of the operation's answer. */
  misfits(method: string, template: string, answer: unknown): string[] | null;
  /** What in the request does not fit, names included: in requests the letter case counts. */
  requestMisfits(request: SentRequest): string[];
}

export function readDescription(): Description | null {
  if (!existsSync(file)) return null;
  const document: Document = JSON.parse(readFileSync(file, 'utf8'));
  return {
    has(operation) {
      const [method = '', template = ''] = operation.split(' ');
      return document.paths[template]?.[method.toLowerCase()] !== undefined;
    },
    misfits(method, template, answer) {
      const operation = document.paths[template]?.[method.toLowerCase()];
      if (!operation) return [`the description has no ${method} ${template}`];
      const schema = operation.responses?.['200']?.content?.['application/json']?.schema;
      return schema ? check(document, schema, answer, 'answer') : null;
    },
    requestMisfits(request) {
      const { method, template, body } = request;
      const operation = document.paths[template]?.[method.toLowerCase()];
      if (!operation) return [`the description has no ${method} ${template}`];
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (!schema !== (body === undefined)) return [schema ? 'the body is missing' : 'no body is described'];
      const inBody = schema
        ? [...check(document, schema, body, 'body'), ...missing(document, schema, body, 'body')]
        : [];
      return [...checkParameters(operation.parameters ?? [], request), ...inBody];
    },
  };
}

function check(document: Document, schema: Schema, value: unknown, at: string): string[] {
  if (schema.$ref) {
    // `error` and the like may be null, which a $ref cannot say.
    if (value === null) return [];
    const name = schema.$ref.split('/').at(-1) ?? '';
    return check(document, document.components.schemas[name] ?? {}, value, at);
  }
  if (value === null) return schema.nullable ? [] : [`${at} may not be null`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is not in the enum`];
  switch (schema.type) {
    case 'object':
      return checkObject(document, schema, value, at);
    case 'array':
      if (!Array.isArray(value)) return [`${at} is not an array`];
      return value.flatMap((item, index) => check(document, schema.items ?? {}, item, `${at}[${index}]`));
    case 'integer':
      return Number.isInteger(value) ? [] : [`${at} is not an integer`];
    case 'string': {
      if (typeof value !== 'string') return [`${at} is not a string`];
      const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
      return schema.format === 'date-time' && !isDate ? [`${at} is not a date`] : [];
    }
    case 'number':
    case 'boolean':
      return typeof value === schema.type ? [] : [`${at} is not a ${schema.type}`];
    default:
      return [];
  }
}

function checkObject(document: Document, schema: Schema, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is not an object`];
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const known = new Map(Object.entries(schema.properties ?? {}).map(([key, inner]) => [key.toLowerCase(), inner]));
  return Object.entries(value).flatMap(([key, inner]) => {
    const described = known.get(key.toLowerCase()) ?? rest;
    return described ? check(document, described, inner, `${at}.${key}`) : [`${at}.${key} is not described`];
  });
}

function checkParameters(parameters: Parameter[], { params = {}, query = {} }: SentRequest): string[] {
  const sent = [
    ...Object.entries(params).map(([name, value]) => ({ in: 'path', name, value })),
    ...Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [{ in: 'query', name, value }])),
  ];
  const unfit = sent.flatMap(({ in: place, name, value }) => {
    const described = parameters.find((parameter) => parameter.in === place && parameter.name === name);
    if (!described) return [`${place} ${name} is not described`];
    const isInteger = /^\d+$/.test(String(value));
    return described.schema.type === 'integer' && !isInteger ? [`${place} ${name} is not an integer`] : [];
  });
  const absent = parameters.filter(
    (parameter) => parameter.required && !sent.some(({ name }) => name === parameter.name),
  );
  return [...unfit, ...absent.map(({ name }) => `${name} is missing`)];
}

/** Required fields that are absent, and fields in another letter case than described. */
function missing(document: Document, schema: Schema, value: unknown, at: string): string[] {
  if (schema.$ref)
    return missing(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, value, at);
  if (Array.isArray(value))
    return value.flatMap((item, index) => missing(document, schema.items ?? {}, item, `${at}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  // What has no properties of its own may hold anything.
  const isMap = schema.properties === undefined;
  const given = Object.keys(value);
  const absent = (schema.required ?? [])
    .filter((name) => !given.includes(name))
    .map((name) => `${at}.${name} is missing`);
  const nested = Object.entries(value).flatMap(([name, inner]) => {
    const described = schema.properties?.[name] ?? (isMap ? {} : undefined);
    return described
      ? missing(document, described, inner, `${at}.${name}`)
      : [`${at}.${name} is not described in this letter case`];
  });
  return [...absent, ...nested];
}
