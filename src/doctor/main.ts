import { existsSync } from 'node:fs';
import { systemPorts as ports } from '../app/system-ports.ts';
import { type Config, ConfigError, loadConfig } from '../config.ts';
import { createBms } from '../kaseya/bms.ts';
import { examine } from './examine.ts';
import { type Finding, tell } from './finding.ts';
import { listening } from './listen.ts';

/** `npm run doctor [-- --json]`: is this tenant ready? Exit code 0: yes; 1: something must be mended; 78: the configuration is wrong. */
const exitConfig = 78;

async function main(flags: readonly string[]): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig();
  const { heard, fetch } = listening(ports.now);
  const findings = await examine(clientFor(config, fetch), config, heard);
  const ready = findings.every(({ level }) => level !== 'error');
  process.stdout.write(flags.includes('--json') ? json(ready, findings) : report(findings, heard.calls));
  process.exitCode = ready ? 0 : 1;
}

/** A client without Redis: a sign-in of its own, and no budget but good manners, as the calls are few. */
function clientFor(config: Config, fetch: typeof globalThis.fetch) {
  const { KASEYA_USERNAME: username, KASEYA_PASSWORD: password, KASEYA_TENANT: tenant, lookups } = config;
  const afterThrottling = async (status: number | null) => void (status === 429 && (await ports.sleep(5_000)));
  return createBms({
    baseUrl: config.KASEYA_BASE_URL,
    credentials: { username, password, tenant, mfaSecret: config.KASEYA_MFA_SECRET ?? null },
    integrationType: config.KASEYA_INTEGRATION_TYPE,
    lookupTables: {
      noteTypes: lookups.noteTypeTable,
      ticketTypes: lookups.ticketTypeTable,
      ticketSources: lookups.ticketSourceTable,
    },
    lookupTtlMs: 600_000,
    timeoutMs: config.timeouts.bmsSeconds * 1000,
    signal: new AbortController().signal,
    bucket: { acquire: async () => ({ answered: afterThrottling, unused: async () => {} }) },
    fetch,
    ...ports,
  });
}

const json = (ready: boolean, findings: readonly Finding[]) => `${JSON.stringify({ ready, findings }, null, 2)}\n`;

function report(findings: readonly Finding[], calls: number): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const end = `${count('error')} to mend, ${count('warning')} to know of, ${count('ok')} good; ${calls} calls, nothing written`;
  return `${[...findings.map(tell), end].join('\n')}\n`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = known ? exitConfig : 1;
});
