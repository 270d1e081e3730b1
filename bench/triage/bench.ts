import { parseArgs } from 'node:util';
import { UsageError } from '../../harness/usage.ts';
import type { Bench } from '../bench.ts';
import type { StartContender } from './contender.ts';
import { judge } from './judge.ts';
import { play } from './play.ts';
import { recipeWith } from './recipe-contender.ts';
import { type Circumstances, type Scenario, scenarios, settingOf } from './scenarios.ts';
import { startService } from './service-contender.ts';
import { type Measured, sideBySide } from './side-by-side.ts';

const contenders: Record<string, StartContender> = {
  service: startService,
  recipe: recipeWith('scripted-triage'),
  'diligent recipe': recipeWith('scripted-triage-diligent'),
};

const flags = {
  seed: { type: 'string', default: '7' },
  /** Fewer alerts where they come one by one. */
  quick: { type: 'boolean', default: false },
  /** How many, where they come at once. */
  alerts: { type: 'string', default: '8' },
  /** A model's turn. Real ones take a second or more, and real jobs longer too: what counts is the one against the other. */
  'model-ms': { type: 'string', default: '400' },
  'second-resolve': { type: 'string', default: 'refuse' },
  /** Part of a scenario's name. */
  only: { type: 'string', default: '' },
} as const;

/** The service beside the recipe, on equal simulators and models, judged by the simulator's ledger. */
export const triage: Bench = async (args, report) => {
  const { seed, quick, only, alerts: burst, ...rest } = flagsOf(args);
  const common = { seed, modelLatencyMs: Number(rest['model-ms']), secondResolve: rest['second-resolve'] };
  const rows: Measured[] = [];
  const chosen = scenarios.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) {
    throw new UsageError(`no scenario "${only}"; there are: ${scenarios.map(({ name }) => name).join('; ')}`);
  }
  for (const scenario of chosen) {
    for (const [contender, start] of Object.entries(contenders)) {
      process.stderr.write(`${scenario.name}: ${contender}\n`);
      const alerts = !scenario.oneByOne ? Number(burst) : quick ? 1 : 4;
      const { words, ...figures } = await measure(scenario, start, { alerts, ...common });
      const row = { scenario: scenario.name, contender, jobSeconds: scenario.jobSeconds, ...figures };
      rows.push(row);
      report({ ...row, words });
    }
  }
  console.log(sideBySide(rows));
  return true;
};

function flagsOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function measure(scenario: Scenario, start: StartContender, circumstances: Circumstances) {
  const contender = await start(settingOf(scenario, circumstances));
  try {
    const { reported, ledger, tokens } = await play(scenario, contender, circumstances.alerts);
    return { ...judge(reported, ledger, tokens), words: [...new Set(reported.map((one) => one.words))].join(' | ') };
  } finally {
    await contender.stop();
  }
}
