import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Played, playBatch } from './batch.ts';
import { keepEvidence } from './evidence.ts';
import { allPoints, describeWhere, kinds, pointsFor } from './points.ts';
import { lastLine, reasonsOf, rowOf, rowsOf } from './rows.ts';
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
    const seed = `${flags.seed}-${first}`;
    const part = points.slice(first, first + flags.batch);
    console.log(`runs ${first + 1} to ${first + part.length} of ${points.length}, seed ${seed}`);
    const evidence = join(tmpdir(), `bms-triage-chaos-${seed}-${startedAt}`);
    const batch = await playBatch(part, createService({ workers: flags.workers }), {
      seed,
      deadlineMs: 300_000,
      say: console.log,
      async onFailure(failed, subject, rig, ledger) {
        await keepEvidence(evidence, failed, { subject, rig, ledger });
        console.log(`${failed.length} runs failed; what is known of them is in ${evidence}`);
      },
    });
    played.push(...batch);
    tellFailures(batch);
  }
  return report(played, flags.json, Date.now() - startedAt);
}

function tellFailures(played: readonly Played[]): void {
  for (const { plan, verdict, outcome } of played) {
    const what = [...(verdict.lost ? ['lost'] : []), ...verdict.doubled, ...verdict.falseDone];
    if (what.length === 0) continue;
    const where = plan.point.strike ? describeWhere(plan.point.strike.where) : 'no strike';
    console.log(`  ${plan.target.alertRefId} (${plan.point.kind}, ${where}) said ${outcome?.said}: ${what.join('; ')}`);
  }
}

function report(played: readonly Played[], json: string | null, ms: number): number {
  const rows = rowsOf(played, kinds);
  console.table(rows);
  console.table(reasonsOf(played));
  const missed = played.filter(({ plan }) => plan.point.strike && !plan.struck);
  for (const { plan } of missed)
    console.log(`not injected: ${plan.point.kind}, ${plan.point.strike && describeWhere(plan.point.strike.where)}`);
  const reasked = played.filter(({ turns }) => turns.reasked > 0).length;
  const untold = played.filter(({ verdict }) => verdict.untold).length;
  console.log(`${Math.round(ms / 1000)} s; runs that asked for an answered turn: ${reasked}; untold: ${untold}`);
  if (json) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);
  const all = rowOf('all', played);
  console.log(lastLine(all));
  return all.lost + all.doubled + all.falseDone === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(usage);
    process.exit(exitUsage);
  },
);
