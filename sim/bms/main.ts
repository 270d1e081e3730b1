import { FlagError, readFlags, type Settings } from './flags.ts';
import { readyLine } from './ready-line.ts';
import { createBms } from './server.ts';

/** sysexits' EX_CONFIG: what was asked for cannot be, and trying again will not help. */
const badFlags = 78;

function settings(): Settings {
  try {
    return readFlags(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`simulated BMS: ${error.message}\n`);
    process.exit(badFlags);
  }
}

const { host, port, options } = settings();
const { app, state } = createBms(options);

try {
  await app.listen({ port, host });
} catch (error) {
  process.stderr.write(`simulated BMS: --port ${port}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

// The one line on standard output: scripts wait for it.
process.stdout.write(`${JSON.stringify(readyLine(app, state))}\n`);
