import { z } from 'zod';
import { dattoEnv } from '../datto-rmm/settings.ts';
import { type Env, httpUrl, type NeededVariable, settingName } from '../domain/settings.ts';

const envName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*_SECRET$/, 'must be the NAME of an environment variable that ends in _SECRET');

const common = {
  /** For the model: what the remedy does to the device, and what it does not. */
  description: z.string().min(1).max(500),
  for: z.strictObject({
    /** Monitor types as the sender names them, without regard to case. */
    monitors: z.array(z.string().min(1)).min(1),
    /** The connections whose alerts the remedy is for; absent: all. */
    connections: z.array(z.string().min(1)).optional(),
  }),
  /** After this time the outcome of a remedy that has not reported is `unknown`. */
  timeoutSeconds: z.number().positive().default(600),
};

const dattoSchema = z.strictObject({
  ...common,
  /** A component of Datto RMM, run as a quick job. */
  datto: z.strictObject({
    componentUid: z.string().min(1),
    variables: z.record(z.string(), z.string()).default({}),
    warningIsSuccess: z.boolean().default(false),
  }),
});
const webhookSchema = z.strictObject({
  ...common,
  /** A call to the operator's own service, signed as Standard Webhooks specifies. */
  webhook: z.strictObject({
    url: httpUrl,
    secretEnv: envName,
    /** Contains `{id}`. Without a status URL the outcome stays unknown. */
    statusUrl: httpUrl.refine((value) => decodeURI(value).includes('{id}'), 'must hold {id}').optional(),
  }),
});

const remedySchema = z.union([dattoSchema, webhookSchema], {
  error: 'must have either datto or webhook, and description and for',
});

/** The key `remedies`: by name, which is all that a model may choose. */
export const remediesSchema = z.record(settingName, remedySchema).default({});

export type Remedy = z.infer<typeof remedySchema>;
export type RemedySettings = z.infer<typeof remediesSchema>;
export type WebhookRemedy = z.infer<typeof webhookSchema>['webhook'];

export const remedyVariables = (remedies: RemedySettings): NeededVariable[] =>
  Object.entries(remedies).flatMap(([name, remedy]) =>
    variablesOf(remedy).map((variable) => ({ variable, use: `the remedy "${name}" needs it` })),
  );

const variablesOf = (remedy: Remedy): string[] =>
  'datto' in remedy ? Object.keys(dattoEnv) : [remedy.webhook.secretEnv];

/** The signing secrets of the remedies that call out, by remedy. */
export const remedySecrets = (remedies: RemedySettings, env: Env): Record<string, string> =>
  Object.fromEntries(
    Object.entries(remedies).flatMap(([name, remedy]) =>
      'webhook' in remedy ? [[name, env[remedy.webhook.secretEnv] ?? '']] : [],
    ),
  );

/** Whether a remedy is for alerts like this one. */
export function suits(
  { for: { monitors, connections } }: Remedy,
  alert: { monitor: string | null; connection: string },
): boolean {
  const monitor = alert.monitor?.trim().toLowerCase();
  return (
    monitors.some((name) => name.trim().toLowerCase() === monitor) && (connections?.includes(alert.connection) ?? true)
  );
}
