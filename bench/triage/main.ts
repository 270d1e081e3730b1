import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { StartContender } from './contender.ts';
import { type Figures, judge } from './judge.ts';
import { play } from './play.ts';
import { recipeWith } from './recipe-contender.ts';
import { type Scenario, scenarios, settingOf } from './scenarios.ts';
import { startService } from './service-contender.ts';

const contenders: Record<string, StartContender> = {
  service: startService,
  recipe: recipeWith('scripted-triage'),
  'diligent recipe': recipeWith('scripted-triage-diligent'),
};

interface Row extends Figures {
  scenario: string;
  contender: string;
  jobSeconds: number;
  /** What was said, one line for each alert. */
  words: string[];
}

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
});

async function measure(scenario: Scenario, name: string, start: StartContender): Promise<Row> {
  const alerts = values.quick ? 2 : scenario.oneByOne ? 4 : 8;
  const setting = settingOf(scenario, { alerts, seed: values.seed, modelLatencyMs: 400 });
  const contender = await start(setting);
  try {
    const { told, ledger, tokens } = await play(scenario, contender, alerts);
    const figures = judge(told, ledger, tokens);
    const words = told.map((one) => one.words);
    return { scenario: scenario.name, contender: name, jobSeconds: scenario.jobSeconds, ...figures, words };
  } finally {
    await contender.stop();
  }
}

const rows: Row[] = [];
for (const scenario of scenarios.filter(({ name }) => !values.only || name.includes(values.only))) {
  for (const [name, start] of Object.entries(contenders)) {
    rows.push(await measure(scenario, name, start));
    console.log(JSON.stringify(rows.at(-1)));
  }
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
