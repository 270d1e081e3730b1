import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BatchOptions, hasFailed, type Played, playBatch } from './batch.ts';
import { keepEvidence } from './evidence.ts';
import { allPoints, kinds, pointsFor } from './points.ts';
import { failuresIn, reportOf } from './report.ts';
import { rowsOf } from './rows.ts';
import { createService } from './service.ts';

const usage = `usage: npm run chaos -- [--runs N] [--seed S] [--json FILE] [--only KIND] [--workers N] [--batch N]
kinds: ${kinds.join(' · ')}`;
const exitUsage = 78;

function readFlags() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(allPoints.length) },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      only: { type: 'string' },
      workers: { type: 'string', default: '4' },
      batch: { type: 'string', default: '120' },
    },
  });
  const whole = (name: 'runs' | 'workers' | 'batch') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${values[name]} is not a count`);
    return value;
  };
  const { seed, json = null, only = null } = values;
  if (only !== null && !kinds.includes(only)) throw new Error(`--only ${only} is not a kind`);
  return { seed, json, only, runs: whole('runs'), workers: whole('workers'), batch: whole('batch') };
}

async function main(): Promise<number> {
  const flags = readFlags();
  const startedAt = Date.now();
  const points = pointsFor(flags.runs, flags.seed, flags.only);
  const played: Played[] = [];
  for (let first = 0; first < points.length; first += flags.batch) {
    const part = points.slice(first, first + flags.batch);
    console.log(`runs ${first + 1} to ${first + part.length} of ${points.length}`);
    const seed = `${flags.seed}-${first}`;
    const batch = await playBatch(part, createService(flags), batchOptions(seed, startedAt));
    played.push(...batch);
    for (const line of failuresIn(batch)) console.log(line);
    if (flags.json) writeFileSync(flags.json, `${JSON.stringify(rowsOf(played, kinds), null, 2)}\n`);
  }
  console.log(reportOf(played, (Date.now() - startedAt) / 1000));
  return played.some(hasFailed) ? 1 : 0;
}

/** Generous: a run may be interrupted by other runs' faults many times, and each takeover takes up to 20 seconds. */
const deadlineMs = 300_000;

const batchOptions = (seed: string, startedAt: number): BatchOptions => ({
  seed,
  deadlineMs,
  say: (line) => console.log(line),
  async onFailure(failed, subject, rig, ledger) {
    const dir = join(tmpdir(), `bms-triage-chaos-${startedAt}-${seed}`);
    await keepEvidence(dir, failed, { subject, rig, ledger });
    console.log(`${failed.length} runs failed; what is known of them is in ${dir}`);
  },
});

// Leaving by `exit` takes every process of ours along.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(usage);
    process.exit(exitUsage);
  },
);
