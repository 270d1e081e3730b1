import { createJsonFile } from '../harness/table.ts';
import { takeFlag, UsageError } from '../harness/usage.ts';
import type { Bench } from './bench.ts';

const benches: Record<string, () => Promise<Bench>> = {
  ratelimit: async () => (await import('./ratelimit/bench.ts')).ratelimit,
  triage: async () => (await import('./triage/bench.ts')).triage,
  runs: async () => (await import('./runs/bench.ts')).runs,
};

/** `main.ts [NAME] [--json FILE] [flags of that bench]`; without a name, every bench with its default flags. */
async function main(args: readonly string[]): Promise<boolean> {
  const { value: file, rest } = takeFlag(args, '--json');
  const isNamed = rest[0]?.startsWith('-') === false;
  const [name, flags] = isNamed ? [rest[0], rest.slice(1)] : [undefined, rest];
  const load = name === undefined ? Object.values(benches) : [benches[name]];
  const report = file === undefined ? () => {} : createJsonFile(file);
  let complete = true;
  for (const each of load) {
    if (!each) throw new UsageError(`no bench "${name}"; there are: ${Object.keys(benches).join(', ')}`);
    complete = (await (await each())(flags, report)) && complete;
  }
  return complete;
}

// An exit of our own, so that the Redis and the processes of the cell in hand end with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 78; // sysexits' EX_CONFIG
}
