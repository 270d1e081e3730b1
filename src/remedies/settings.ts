import { z } from 'zod';

const envName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*_SECRET$/, 'must be the NAME of an environment variable that ends in _SECRET');
const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

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
    url,
    secretEnv: envName,
    /** Contains `{id}`. Without a status URL the outcome stays unknown. */
    statusUrl: url.refine((value) => decodeURI(value).includes('{id}'), 'must hold {id}').optional(),
  }),
});

const remedySchema = z.union([dattoSchema, webhookSchema], {
  error: 'must have either datto or webhook, and description and for',
});

/** The `remedies` part of the configuration file, by name. The name is all that a model may choose. */
export const remediesSchema = z
  .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name is lower case, digits and dashes'), remedySchema)
  .default({});

export type Remedy = z.infer<typeof remedySchema>;
export type RemedySettings = z.infer<typeof remediesSchema>;
export type WebhookRemedy = z.infer<typeof webhookSchema>['webhook'];

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
