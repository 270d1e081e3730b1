import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Ports } from '../domain/ports.ts';
import type { Closers } from './closers.ts';
import type { AppContext } from './context.ts';
import { createProcessStats } from './process-stats.ts';
import type { Role } from './role.ts';
import { buildServer } from './server.ts';
import { startWorkers } from './workers.ts';

export interface App {
  /** Where it listens. */
  url: string;
  /** Stops taking work, lets what is in progress reach its next step, and closes everything in reverse order. */
  stop(): Promise<void>;
}

/** Builds and starts every part that the role needs, in order. A failed start closes what was opened. */
export async function startApp(config: Config, role: Role, log: Logger, ports: Ports): Promise<App> {
  const closers: Closers = [];
  const stop = async () => {
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => log.warn({ error: String(error) }, 'close_failed'));
    }
    closers.length = 0;
  };
  const stats = createProcessStats({ log, now: ports.now });
  const context: AppContext = { config, log, ports, stats, closers };
  try {
    if (role !== 'server') await startWorkers(context);
    const server = await buildServer(role, context);
    closers.push(() => server.close());
    const url = await server.listen({
      port: config.PORT,
      host: config.HOST,
      listenTextResolver: () => 'listening',
    });
    log.info({ role, url, mode: config.mode, connections: Object.keys(config.connections) }, 'started');
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
