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
}

interface Document {
  paths: Record<
    string,
    Record<string, { responses?: Record<string, { content?: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

export interface Description {
  /** What in the answer does not fit; null when the description says nothing of the operation's answer. */
  misfits(method: string, template: string, answer: unknown): string[] | null;
}

export function readDescription(): Description | null {
  if (!existsSync(file)) return null;
  const document: Document = JSON.parse(readFileSync(file, 'utf8'));
  return {
    misfits(method, template, answer) {
      const operation = document.paths[template]?.[method.toLowerCase()];
      if (!operation) return [`the description has no ${method} ${template}`];
      const schema = operation.responses?.['200']?.content?.['application/json']?.schema;
      return schema ? check(document, schema, answer, 'answer') : null;
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
  const known = new Map(Object.entries(schema.properties ?? {}).map(([key, inner]) => [key.toLowerCase(), inner]));
  return Object.entries(value).flatMap(([key, inner]) => {
    const described = known.get(key.toLowerCase());
    return described ? check(document, described, inner, `${at}.${key}`) : [`${at}.${key} is not described`];
  });
}
