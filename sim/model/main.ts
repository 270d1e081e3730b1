import { parseArgs } from 'node:util';
import { modelName } from './script.ts';
import { createModelServer } from './server.ts';

const exitUsage = 78;
const usage = 'usage: sim:model -- [--port N] [--host ADDRESS] [--api-key KEY] [--latency-ms N]';

function readFlags() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      'api-key': { type: 'string' },
      'latency-ms': { type: 'string', default: '0' },
    },
  });
  const port = Number(values.port);
  const latencyMs = Number(values['latency-ms']);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port number`);
  if (!(latencyMs >= 0)) throw new Error(`--latency-ms ${values['latency-ms']} is not a number of milliseconds`);
  return { port, host: values.host, apiKey: values['api-key'] ?? null, latencyMs };
}

async function main(): Promise<void> {
  const { port, host, apiKey, latencyMs } = readFlags();
  const app = createModelServer({ apiKey, latencyMs });
  const url = await app.listen({ port, host });
  console.log(JSON.stringify({ url: `${url}/v1`, apiKey: apiKey ?? 'any-key', model: modelName }));
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void app.close().then(() => process.exit(0)));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exit(exitUsage);
});
