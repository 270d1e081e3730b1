import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BatchOptions, hasFailed, type Played, playBatch } from './batch.ts';
import { keepEvidence } from './evidence.ts';
import { allPoints, kinds, type Point, pointsFor, pointsForAnybody } from './points.ts';
import { createRecipe } from './recipe.ts';
import { failuresIn, reportOf } from './report.ts';
import { lastLine, rowOf, rowsOf } from './rows.ts';
import { createService, serviceName } from './service.ts';
import { sideBySide } from './side-by-side.ts';
import type { Subject } from './subject.ts';

const usage = `usage: npm run chaos -- [--runs N] [--seed S] [--json FILE] [--only KIND] [--workers N] [--batch N] [--with-recipe]
kinds: ${kinds.join(' · ')}`;
const exitUsage = 78;

function readFlags() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      only: { type: 'string' },
      workers: { type: 'string', default: '4' },
      batch: { type: 'string', default: '120' },
      /** Plays what can strike both, against the service and against the recipe with each of its models. */
      'with-recipe': { type: 'boolean', default: false },
    },
  });
  const withRecipe = values['with-recipe'];
  const from = withRecipe ? pointsForAnybody : allPoints;
  values.runs ??= String(from.length);
  const whole = (name: 'runs' | 'workers' | 'batch') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${values[name]} is not a count`);
    return value;
  };
  const { seed, json = null, only = null } = values;
  if (only !== null && !kinds.includes(only)) throw new Error(`--only ${only} is not a kind`);
  return { seed, json, only, withRecipe, from, runs: whole('runs'), workers: whole('workers'), batch: whole('batch') };
}

type Flags = ReturnType<typeof readFlags>;

async function main(): Promise<number> {
  const flags = readFlags();
  const points = pointsFor(flags.runs, flags.seed, flags.only, flags.from);
  const { played, seconds } = await playAll(points, () => createService(flags), flags);
  console.log(reportOf(played, seconds));
  if (flags.withRecipe) {
    const others = await playRecipes(points, flags);
    console.log(sideBySide([{ name: serviceName, played }, ...others]));
  }
  console.log(lastLine(rowOf('all', played)));
  return played.some(hasFailed) ? 1 : 0;
}

async function playAll(points: readonly Point[], create: () => Subject, flags: Flags) {
  const startedAt = Date.now();
  const played: Played[] = [];
  for (let first = 0; first < points.length; first += flags.batch) {
    const part = points.slice(first, first + flags.batch);
    const subject = create();
    console.log(`${subject.name}: runs ${first + 1} to ${first + part.length} of ${points.length}`);
    const batch = await playBatch(part, subject, batchOptions(`${flags.seed}-${first}`, startedAt));
    played.push(...batch);
    for (const line of failuresIn(batch)) console.log(line);
    if (flags.json && subject.name === serviceName)
      writeFileSync(flags.json, `${JSON.stringify(rowsOf(played, kinds), null, 2)}\n`);
  }
  return { played, seconds: (Date.now() - startedAt) / 1000 };
}

/** The recipe's scripted model does what the recipe says to the letter, or the best that can be asked of one. */
const recipes = { recipe: 'scripted-triage', 'diligent recipe': 'scripted-triage-diligent' };

async function playRecipes(points: readonly Point[], flags: Flags) {
  const others: { name: string; played: Played[] }[] = [];
  for (const [name, model] of Object.entries(recipes)) {
    const { played } = await playAll(points, () => createRecipe({ name, model, workers: flags.workers }), flags);
    others.push({ name, played });
  }
  return others;
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
