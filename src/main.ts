import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { startApp } from './app/app.ts';
import type { Role } from './app/role.ts';
import { systemPorts as ports } from './app/system-ports.ts';
import { ConfigError, loadConfig } from './config.ts';
import { createLog } from './log.ts';

/** The process edge: role, signals, exit code. 78: the configuration is wrong, starting again will not help. */
const roles: readonly Role[] = ['server', 'worker', 'all'];
const exitConfig = 78;

async function main(argument = 'all'): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const role = roles.find((known) => known === argument);
  if (!role) throw new ConfigError([`role "${argument}" is not known: use one of ${roles.join(', ')}`]);
  const config = loadConfig();
  const log = createLog(config.LOG_LEVEL);
  const app = await startApp(config, role, log, ports);
  stopOnSignals(app.stop, log);
}

function stopOnSignals(stop: () => Promise<void>, log: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    const since = ports.now();
    log.info({ signal }, 'stopping');
    void stop().then(() => {
      log.info({ ms: ports.now() - since }, 'stopped');
      process.exit(0);
    });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

main(process.argv[2]).catch((error: unknown) => {
  const known = error instanceof ConfigError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(known ? exitConfig : 1);
});
