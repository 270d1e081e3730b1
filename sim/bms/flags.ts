import { parseArgs } from 'node:util';
import { type RateLimit, windowKinds } from './limiter.ts';
import {
  type BmsOptions,
  defaultOptions,
  errorStyles,
  jobWordings,
  letterCases,
  type Range,
  secondResolves,
} from './options.ts';
import { rateHeaderKinds } from './rate-headers.ts';

/** A flag that is unknown or has a value that cannot be; the message names it. */
export class FlagError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FlagError';
  }
}

export interface Settings {
  host: string;
  port: number;
  options: BmsOptions;
}

type Reader<T> = (value: string, flag: string) => T;

const number =
  (min: number, max: number): Reader<number> =>
  (value, flag) => {
    const parsed = Number(value);
    if (value.trim() === '' || !(parsed >= min && parsed <= max)) {
      throw new FlagError(`--${flag} must be a number from ${min} to ${max}, not "${value}"`);
    }
    return parsed;
  };

const whole =
  (min: number, max: number): Reader<number> =>
  (value, flag) => {
    const parsed = number(min, max)(value, flag);
    if (!Number.isInteger(parsed)) throw new FlagError(`--${flag} must be a whole number, not "${value}"`);
    return parsed;
  };

const range: Reader<Range> = (value, flag) => {
  const [, min, max = min] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(value) ?? [];
  const parsed = { min: Number(min), max: Number(max) };
  if (!(parsed.min <= parsed.max)) throw new FlagError(`--${flag} must be N or A-B with A <= B, not "${value}"`);
  return parsed;
};

const rate: Reader<RateLimit | null> = (value, flag) => {
  if (value === '0' || value === 'none') return null;
  const [, limit, seconds] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(value) ?? [];
  if (!limit) throw new FlagError(`--${flag} must be REQUESTS/SECONDS, 0 or none, not "${value}"`);
  return { limit: Number(limit), windowSeconds: Number(seconds) };
};

const filled: Reader<string> = (value, flag) => {
  if (value === '') throw new FlagError(`--${flag} must not be empty`);
  return value;
};

const oneOf =
  <T extends string>(permitted: readonly T[]): Reader<T> =>
  (value, flag) => {
    const found = permitted.find((word) => word === value);
    if (!found) throw new FlagError(`--${flag} must be one of ${permitted.join(', ')}, not "${value}"`);
    return found;
  };

const base32: Reader<string> = (value, flag) => {
  if (!/^[A-Z2-7]{16,}=*$/i.test(value)) throw new FlagError(`--${flag} must be base32, 16 letters or more`);
  return value;
};

export const flagNames = [
  ...['port', 'seed', 'rate-limit', 'window', 'rate-headers', 'job-seconds', 'job-failure', 'latency-ms'],
  ...['token-seconds', 'tickets', 'case', 'integration-type'],
  ...['errors', 'job-words', 'second-resolve', 'copilot', 'mfa-secret'],
  ...['host', 'username', 'password', 'tenant'],
];

export function readFlags(args: string[]): Settings {
  const values = parse(args);
  const read = <T>(flag: string, reader: Reader<T>, fallback: T): T => {
    const value = values[flag];
    return value === undefined ? fallback : reader(value, flag);
  };
  const base = defaultOptions;
  const options = {
    ...base,
    seed: read('seed', filled, base.seed),
    integrationType: read('integration-type', filled, base.integrationType),
    credentials: { username: values.username, password: values.password, tenant: values.tenant },
    rateLimit: read('rate-limit', rate, base.rateLimit),
    window: read('window', oneOf(windowKinds), base.window),
    rateHeaders: read('rate-headers', oneOf(rateHeaderKinds), base.rateHeaders),
    jobSeconds: read('job-seconds', range, base.jobSeconds),
    jobFailure: read('job-failure', number(0, 1), base.jobFailure),
    latencyMs: read('latency-ms', range, base.latencyMs),
    tokenSeconds: read('token-seconds', number(0.1, 1e7), base.tokenSeconds),
    tickets: read('tickets', whole(0, 50_000), base.tickets),
    letterCase: read('case', oneOf(letterCases), base.letterCase),
    errors: read('errors', oneOf(errorStyles), base.errors),
    jobWords: read('job-words', oneOf(jobWordings), base.jobWords),
    secondResolve: read('second-resolve', oneOf(secondResolves), base.secondResolve),
    copilot: read('copilot', oneOf(['on', 'off']), base.copilot ? 'on' : 'off') === 'on',
    mfaSecret: read<string | null>('mfa-secret', base32, base.mfaSecret),
  };
  return { host: read('host', filled, '127.0.0.1'), port: read('port', whole(0, 65_535), 0), options };
}

function parse(args: string[]): Record<string, string | undefined> {
  const options = Object.fromEntries(flagNames.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlagError(`${reason} Flags: ${flagNames.map((name) => `--${name}`).join(' ')}`);
  }
}
