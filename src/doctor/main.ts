import { existsSync } from 'node:fs';
import { systemPorts as ports } from '../app/system-ports.ts';
import { type Config, ConfigError, loadConfig } from '../config.ts';
import { createBms } from '../kaseya/bms.ts';
import { clientOptions } from '../kaseya/settings.ts';
import { examine } from './examine.ts';
import { describeFinding, type Finding } from './finding.ts';
import { recordHeaders } from './response-headers.ts';

/** `npm run doctor [-- --json]`: is this tenant ready? Exit code 0: yes; 1: something must be fixed; 78: the configuration is wrong. */
const exitConfig = 78;

async function main(flags: readonly string[]): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig();
  const { headers, fetch } = recordHeaders(ports.now);
  const findings = await examine(clientFor(config, fetch), config, headers);
  const ready = findings.every(({ level }) => level !== 'error');
  process.stdout.write(flags.includes('--json') ? json(ready, findings) : report(findings, headers.calls));
  process.exitCode = ready ? 0 : 1;
}

/** A client without Redis: it signs in for itself, and pauses after a 429 instead of keeping a budget, as the calls are few. */
function clientFor(config: Config, fetch: typeof globalThis.fetch) {
  const afterThrottling = async (status: number | null) => void (status === 429 && (await ports.sleep(5_000)));
  return createBms({
    ...ports,
    ...clientOptions(config),
    signal: new AbortController().signal,
    bucket: { acquire: async () => ({ answered: afterThrottling, unused: async () => {} }) },
    fetch,
  });
}

const json = (ready: boolean, findings: readonly Finding[]) => `${JSON.stringify({ ready, findings }, null, 2)}\n`;

function report(findings: readonly Finding[], calls: number): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const summary = `${count('error')} to fix, ${count('warning')} to note, ${count('ok')} good; ${calls} calls, nothing written`;
  return `${[...findings.map(describeFinding), summary].join('\n')}\n`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = known ? exitConfig : 1;
});
