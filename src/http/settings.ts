import { z } from 'zod';
import { count, type Env, type NeededVariable, settingName } from '../domain/settings.ts';

const envName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the NAME of an environment variable, not the secret itself');
const secretEnv = z.union([envName.transform((name) => [name]), z.array(envName).min(1)]);

const authSchema = z.union(
  [
    z.strictObject({ header: z.string().min(1), secretEnv }),
    z.strictObject({ hmacHeader: z.string().min(1), secretEnv }),
  ],
  {
    error: 'must be { header, secretEnv } (a shared secret) or { hmacHeader, secretEnv } (hex HMAC-SHA256 of the body)',
  },
);

/** The key `connections`: by the name in the URL, which sender posts there and how it proves itself. */
export const connectionsSchema = <S extends z.ZodType>(source: S) =>
  z
    .record(settingName, z.strictObject({ source, auth: authSchema }))
    .refine((connections) => Object.keys(connections).length > 0, 'name at least one sender');

export const maxBodyBytesSchema = count.default(1_048_576);

type Connections = Readonly<Record<string, { auth: z.infer<typeof authSchema> }>>;

export const connectionVariables = (connections: Connections): NeededVariable[] =>
  Object.entries(connections).flatMap(([name, { auth }]) =>
    auth.secretEnv.map((variable) => ({ variable, use: `the secret of connection "${name}"` })),
  );

/** By connection. Each of its secrets is good, so that one can be changed without losing an alert. */
export const connectionSecrets = (connections: Connections, env: Env): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(connections).map(([name, { auth }]) => [
      name,
      auth.secretEnv.flatMap((variable) => env[variable] || []),
    ]),
  );

/** Where the process listens. */
export const listenEnv = {
  PORT: z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
};

/** `API_KEYS`: who may use the routes under /v1 and the board. */
export const apiKeysEnv = {
  API_KEYS: z
    .string()
    .default('')
    .transform((value, context) => {
      const pairs = value.split(',').map((pair) => pair.trim());
      return pairs.filter(Boolean).flatMap((pair) => {
        const [, name, key] = pair.match(/^([^:\s]+):(\S+)$/) ?? [];
        if (name && key) return [{ name, key }];
        context.addIssue({ code: 'custom', message: 'must be name:key pairs, separated by commas' });
        return [];
      });
    }),
};
