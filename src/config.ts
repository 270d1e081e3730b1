import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { modeSchema } from './domain/journal.ts';
import { baseUrlHint, baseUrlOf } from './kaseya/regions.ts';
import { isBase32 } from './kaseya/totp.ts';
import { trutoSettingsSchema } from './kaseya/truto/operations.ts';
import { remediesSchema } from './remedies/settings.ts';
import { sources } from './senders/index.ts';

/** Everything that an operator can set, checked. Times are in milliseconds. */
export type Config = z.infer<typeof fileSchema> &
  z.infer<typeof envSchema> & {
    /** Of the connections. */
    secrets: Record<string, string[]>;
    /** Of the remedies that call out. */
    remedySecrets: Record<string, string>;
  };

/** Every bad key at once, each with the way out. The process ends with exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration: ${problems.length} problem(s)\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const envName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the NAME of an environment variable, not the secret itself');
const secretEnv = z.union([envName.transform((name) => [name]), z.array(envName).min(1)]);
const positive = z.number().positive();
const count = z.number().int().positive();

const authSchema = z.union(
  [
    z.strictObject({ header: z.string().min(1), secretEnv }),
    z.strictObject({ hmacHeader: z.string().min(1), secretEnv }),
  ],
  {
    error: 'must be { header, secretEnv } (a shared secret) or { hmacHeader, secretEnv } (hex HMAC-SHA256 of the body)',
  },
);

const connectionSchema = z.strictObject({ source: z.enum(sources), auth: authSchema });

const limitSchema = z.strictObject({ requests: count, windowSeconds: positive, concurrency: count.optional() });

const entryName = z.string().min(1).nullable().default(null);

const fileSchema = z.strictObject({
  connections: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name is lower case, digits and dashes'), connectionSchema)
    .refine((connections) => Object.keys(connections).length > 0, 'name at least one sender'),
  mode: modeSchema.default('observe'),
  /** A sender's customer or site → the BMS account's name. */
  accounts: z.record(z.string(), z.string()).default({}),
  escalation: z.strictObject({ queue: z.string().min(1) }).default({ queue: 'Tier 3 Escalation' }),
  lookups: z
    .strictObject({
      noteTypeTable: z.string().min(1).default('NoteType'),
      ticketTypeTable: z.string().min(1).default('TicketType'),
      ticketSourceTable: z.string().min(1).default('TicketSource'),
      hours: positive.default(6),
    })
    .prefault({}),
  /** What BMS asks for and nobody says, by the tenant's own names. */
  defaults: z
    .strictObject({
      noteType: entryName,
      ticketType: entryName,
      ticketSource: entryName,
      priority: entryName,
      status: entryName,
    })
    .prefault({}),
  /** What the tenant is called within Kaseya One. */
  kaseyaOne: z
    .strictObject({ organizationId: z.string().min(1), appClientIdentifier: z.string().min(1) })
    .nullable()
    .default(null),
  rateLimit: limitSchema
    .extend({ endpoints: z.record(z.string(), limitSchema).default({}) })
    .default({ requests: 1500, windowSeconds: 3600, endpoints: {} }),
  /** What the model provider allows; null: whatever its headers and 429s tell. */
  model: z
    .strictObject({
      requestsPerMinute: count.nullable().default(null),
      tokensPerMinute: count.nullable().default(null),
    })
    .prefault({}),
  budget: z
    .strictObject({
      steps: count.default(12),
      tokens: count.default(120_000),
      writes: count.default(20),
      minutes: positive.default(60),
      modelFailures: count.default(5),
    })
    .prefault({}),
  rmm: z
    .strictObject({
      firstPollSeconds: positive.default(2.5),
      maxPollSeconds: positive.default(60),
      deadlineSeconds: positive.default(900),
      readBackSeconds: positive.default(120),
      batchMillis: count.default(150),
    })
    .prefault({}),
  /** How old the run's own look at a ticket may be when it writes; 0: it always looks again. */
  touch: z.strictObject({ freshSeconds: z.number().min(0).max(60).default(5) }).prefault({}),
  timeouts: z.strictObject({ bmsSeconds: positive.default(30), modelSeconds: positive.default(120) }).prefault({}),
  truto: trutoSettingsSchema.prefault({}),
  remedies: remediesSchema,
  concurrency: count.default(20),
  maxBodyBytes: count.default(1_048_576),
  retentionDays: count.default(30),
  incidents: z.strictObject({ againHours: positive.default(24) }).prefault({}),
});

const urlElse = (error: string) =>
  z.url({ protocol: /^https?$/, error }).transform((value) => value.replace(/\/+$/, ''));
const url = urlElse('must be an http(s) URL');
const required = (hint: string) => z.string({ error: `is missing: ${hint}` }).min(1, `is empty: ${hint}`);

const apiKeysSchema = z
  .string()
  .default('')
  .transform((value, context) => {
    const pairs = value.split(',').map((pair) => pair.trim());
    return pairs.filter(Boolean).flatMap((pair) => {
      const [, name, key] = pair.match(/^([^:\s]+):(\S+)$/) ?? [];
      if (name && key) return [{ name, key }];
      context.addIssue({
        code: 'custom',
        message: 'must be name:key pairs, separated by commas',
      });
      return [];
    });
  });

const envSchema = z.object({
  PORT: z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  REDIS_URL: required('for example redis://127.0.0.1:6379').regex(
    /^rediss?:\/\//,
    'must start with redis:// or rediss://',
  ),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  TRIAGE_MODE: modeSchema.optional(),
  API_KEYS: apiKeysSchema,
  KASEYA_BASE_URL: required(baseUrlHint)
    .transform(baseUrlOf)
    .pipe(urlElse(`must be ${baseUrlHint}`)),
  KASEYA_USERNAME: required('a BMS user of its own for this service'),
  KASEYA_PASSWORD: required('the password of that user'),
  KASEYA_MFA_SECRET: z
    .string()
    .refine(isBase32, 'must be the base32 secret that the authenticator was set up with')
    .optional(),
  KASEYA_TENANT: required('the company name under My Settings in BMS'),
  KASEYA_INTEGRATION_TYPE: z.string().min(1).default('dattormm'),
  TRUTO_TOKEN: z.string().optional(),
  TRUTO_ACCOUNT_ID: z.string().optional(),
  TRUTO_BASE_URL: url.default('https://api.truto.one'),
  DATTO_URL: url.optional(),
  DATTO_API_KEY: z.string().optional(),
  DATTO_API_SECRET_KEY: z.string().optional(),
  OPENAI_BASE_URL: url.optional(),
  OPENAI_API_KEY: required('the key of the model provider'),
  OPENAI_MODEL: required('the name of a model that supports tools'),
});

/** Through Truto, BMS's own address and sign-in are not needed. */
const trutoEnvSchema = envSchema.extend({
  TRUTO_ACCOUNT_ID: required('the integrated account that TRUTO_TOKEN is to reach'),
  KASEYA_BASE_URL: url.default(''),
  KASEYA_USERNAME: z.string().default(''),
  KASEYA_PASSWORD: z.string().default(''),
  KASEYA_TENANT: z.string().default(''),
});

type Env = Record<string, string | undefined>;

/** Reads the environment and the YAML file that TRIAGE_CONFIG names. Throws `ConfigError` with every problem found. */
export function loadConfig(env: Env = process.env): Config {
  const problems: string[] = [];
  const values = readSecretFiles(env, problems);
  const file = fileSchema.safeParse(readYaml(values.TRIAGE_CONFIG, problems) ?? { connections: {} });
  const settings = (values.TRUTO_TOKEN ? trutoEnvSchema : envSchema).safeParse(withoutEmpty(values));
  // A file that could not be read has been reported: its contents need no second report.
  if (!file.success && problems.every((problem) => !problem.startsWith('TRIAGE_CONFIG')))
    problems.push(...explain(file.error, 'TRIAGE_CONFIG: '));
  if (!settings.success) problems.push(...explain(settings.error, ''));
  const secrets = file.success ? readConnectionSecrets(file.data, values, problems) : {};
  const remedySecrets = file.success ? readRemedySecrets(file.data, values, problems) : {};
  if (problems.length > 0 || !file.success || !settings.success) throw new ConfigError(problems);
  return { ...settings.data, ...file.data, mode: settings.data.TRIAGE_MODE ?? file.data.mode, secrets, remedySecrets };
}

const explain = (error: z.ZodError, prefix: string): string[] =>
  error.issues.map(({ path, message, ...issue }) => {
    const unknown = issue.code === 'unrecognized_keys' ? ` (known keys only)` : '';
    return `${prefix}${path.join('.') || '(whole file)'} ${message}${unknown}`;
  });

/** `NAME_FILE` names a file that holds the value of `NAME`, as container secrets do. */
function readSecretFiles(env: Env, problems: string[]): Env {
  const values: Env = { ...env };
  for (const [name, path] of Object.entries(env)) {
    if (!name.endsWith('_FILE') || !path) continue;
    const target = name.slice(0, -'_FILE'.length);
    if (!(target in envSchema.shape) && !target.endsWith('_SECRET')) continue;
    try {
      values[target] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      problems.push(`${name} names a file that cannot be read: ${path} (${reasonOf(error)})`);
    }
  }
  return values;
}

function readYaml(path: string | undefined, problems: string[]): unknown {
  if (!path) {
    problems.push('TRIAGE_CONFIG is missing: the path of a YAML file, see triage.example.yaml');
    return null;
  }
  try {
    return parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    problems.push(`TRIAGE_CONFIG names a file that cannot be used: ${path} (${reasonOf(error)})`);
    return null;
  }
}

function readConnectionSecrets(
  file: z.infer<typeof fileSchema>,
  values: Env,
  problems: string[],
): Record<string, string[]> {
  const entries = Object.entries(file.connections).map(([name, { auth }]) => {
    const secrets = auth.secretEnv.flatMap((variable) => {
      const value = values[variable];
      if (value) return [value];
      problems.push(`${variable} is missing: the secret of connection "${name}"`);
      return [];
    });
    return [name, secrets] as const;
  });
  return Object.fromEntries(entries);
}

function readRemedySecrets({ remedies }: z.infer<typeof fileSchema>, values: Env, problems: string[]) {
  const secrets: Record<string, string> = {};
  for (const [name, remedy] of Object.entries(remedies)) {
    const needed =
      'datto' in remedy ? ['DATTO_URL', 'DATTO_API_KEY', 'DATTO_API_SECRET_KEY'] : [remedy.webhook.secretEnv];
    for (const variable of needed) {
      if (!values[variable]) problems.push(`${variable} is missing: the remedy "${name}" needs it`);
    }
    if ('webhook' in remedy) secrets[name] = values[remedy.webhook.secretEnv] ?? '';
  }
  return secrets;
}

const reasonOf = (error: unknown) => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));

/** `NAME=` in an .env file means "not set". */
const withoutEmpty = (env: Env): Env => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
