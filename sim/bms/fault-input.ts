import { z } from 'zod';
import { fitsTemplate } from './path-glob.ts';

export const faultKinds = [
  'status',
  'success-false',
  'drop-before',
  'drop-after',
  'timeout',
  'malformed',
  'html',
  'row-failure',
] as const;
export type FaultKind = (typeof faultKinds)[number];

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const method = z.preprocess((value) => (typeof value === 'string' ? value.toUpperCase() : value), z.enum(methods));

/** Body of `POST /__sim/faults`. A path that no endpoint can ever have is refused: such a fault would never strike. */
export function createFaultSchema(templates: readonly string[]) {
  const isReachable = (path: string) =>
    path.includes('*') || templates.some((template) => path === template || fitsTemplate(path, template));
  const path = z.string().refine(isReachable, { params: { permitted: ['a glob with * or **', ...templates] } });
  const match = z.strictObject({ method: method.optional(), path: path.optional(), alertRefId: z.string().optional() });
  return z
    .strictObject({
      match: match.default({}),
      kind: z.enum(faultKinds),
      /** For `status` (default 500) and `html` (default 502). */
      status: z.number().int().min(200).max(599).optional(),
      /** How many times it strikes. */
      count: z.number().int().min(1).default(1),
      probability: z.number().min(0).max(1).default(1),
      /** How long `timeout` holds the answer. */
      delayMs: z.number().min(0).max(3_600_000).default(60_000),
      /** What `status`, `success-false` and `row-failure` say. */
      message: z.string().optional(),
      /** Added to the answer of `status`, such as an absurd `retry-after`. */
      headers: z.record(z.string(), z.string()).optional(),
    })
    .refine(({ kind, match: { alertRefId } }) => alertRefId === undefined || kind === 'row-failure', {
      path: ['match', 'alertRefId'],
      message: 'only the kind row-failure reads alertRefId',
    });
}

export type FaultInput = z.infer<ReturnType<typeof createFaultSchema>>;

/** Names each field that is wrong, with what it may be where that is a list. */
export function describeIssues(error: z.ZodError): { field: string; message: string; permitted?: unknown }[] {
  return error.issues.flatMap((issue) => {
    const field = issue.path.join('.') || 'body';
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), message: 'is not a known field' }));
    }
    const permitted =
      issue.code === 'invalid_value' ? issue.values : issue.code === 'custom' ? issue.params?.permitted : undefined;
    return [{ field, message: issue.message, ...(permitted === undefined ? {} : { permitted }) }];
  });
}
