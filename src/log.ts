import { type Logger, pino } from 'pino';

/** Events, not prose: a fixed short message, and fields with the same names everywhere. Secrets never leave. */
export function createLog(level: string, destination: NodeJS.WritableStream = process.stdout): Logger {
  const secret = ['authorization', 'cookie', 'password', 'apiKey', 'token', 'secret'];
  const paths = secret.flatMap((name) => [name, `*.${name}`, `*.headers.${name}`, `*.*.${name}`]);
  return pino({ level, redact: { paths, censor: '[redacted]' }, base: null }, destination);
}
