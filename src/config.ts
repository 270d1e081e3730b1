import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import * as agent from './agent/settings.ts';
import { dattoEnv } from './datto-rmm/settings.ts';
import type { Env } from './domain/settings.ts';
import * as http from './http/settings.ts';
import * as kaseya from './kaseya/settings.ts';
import { trutoSettingsSchema } from './kaseya/truto/operations.ts';
import { modeEnv, modeSetting } from './policy/settings.ts';
import { concurrencySchema, rmmSchema } from './queue/settings.ts';
import { rateLimitSchema } from './ratelimit/settings.ts';
import { remediesSchema, remedySecrets, remedyVariables } from './remedies/settings.ts';
import { sourceSchema } from './senders/index.ts';
import * as store from './store/settings.ts';
import { defaultsSchema, touchSchema } from './tools/settings.ts';

/** Everything that an operator can set, checked. The key of a duration ends in its unit; each room describes its keys. */
export type Config = z.infer<typeof fileSchema> &
  z.infer<typeof envSchema> & {
    /** By connection; each of them is good. */
    secrets: Record<string, string[]>;
    /** By remedy, for those that call out. */
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

const fileSchema = z.strictObject({
  connections: http.connectionsSchema(sourceSchema),
  mode: modeSetting,
  accounts: agent.accountsSchema,
  escalation: agent.escalationSchema,
  lookups: kaseya.lookupsSchema,
  defaults: defaultsSchema,
  kaseyaOne: kaseya.kaseyaOneSchema,
  rateLimit: rateLimitSchema,
  model: agent.modelSchema,
  budget: agent.budgetSchema,
  rmm: rmmSchema,
  touch: touchSchema,
  timeouts: z.strictObject({ ...kaseya.bmsTimeout, ...agent.modelTimeout }).prefault({}),
  truto: trutoSettingsSchema.prefault({}),
  remedies: remediesSchema,
  concurrency: concurrencySchema,
  maxBodyBytes: http.maxBodyBytesSchema,
  retentionDays: store.retentionDaysSchema,
  incidents: store.incidentsSchema,
});

const envSchema = z.object({
  ...http.listenEnv,
  ...store.redisEnv,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ...modeEnv,
  ...http.apiKeysEnv,
  ...kaseya.kaseyaEnv,
  ...dattoEnv,
  ...agent.modelEnv,
});
const viaTrutoEnvSchema = envSchema.extend(kaseya.viaTrutoEnv);

/** Reads the environment and the YAML file that TRIAGE_CONFIG names. Throws `ConfigError` with every problem found. */
export function loadConfig(env: Env = process.env): Config {
  const problems: string[] = [];
  const values = readSecretFiles(env, problems);
  const file = fileSchema.safeParse(readYaml(values.TRIAGE_CONFIG, problems) ?? { connections: {} });
  const settings = (values.TRUTO_TOKEN ? viaTrutoEnvSchema : envSchema).safeParse(withoutEmpty(values));
  // A file that could not be read has been reported: its contents need no second report.
  if (!file.success && problems.every((problem) => !problem.startsWith('TRIAGE_CONFIG')))
    problems.push(...explain(file.error, 'TRIAGE_CONFIG: '));
  if (!settings.success) problems.push(...explain(settings.error, ''));
  if (file.success) problems.push(...missingVariables(file.data, values));
  if (problems.length > 0 || !file.success || !settings.success) throw new ConfigError(problems);
  return {
    ...settings.data,
    ...file.data,
    mode: settings.data.TRIAGE_MODE ?? file.data.mode,
    secrets: http.connectionSecrets(file.data.connections, values),
    remedySecrets: remedySecrets(file.data.remedies, values),
  };
}

/** The file names variables that hold secrets. */
const missingVariables = ({ connections, remedies }: z.infer<typeof fileSchema>, values: Env): string[] =>
  [...http.connectionVariables(connections), ...remedyVariables(remedies)].flatMap(({ variable, use }) =>
    values[variable] ? [] : `${variable} is missing: ${use}`,
  );

const explain = (error: z.ZodError, prefix: string): string[] =>
  error.issues.map(({ path, message, ...issue }) => {
    const unknown = issue.code === 'unrecognized_keys' ? ` (known keys only)` : '';
    return `${prefix}${path.join('.') || '(whole file)'} ${message}${unknown}`;
  });

/** `NAME_FILE` names a file that holds the value of `NAME`, as container secrets do. */
function readSecretFiles(env: Env, problems: string[]): Env {
  const values: Record<string, string | undefined> = { ...env };
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

const reasonOf = (error: unknown) => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));

/** `NAME=` in an .env file means "not set". */
const withoutEmpty = (env: Env): Env => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
