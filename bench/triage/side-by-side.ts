import { renderTable } from '../../harness/table.ts';
import type { Figures } from './judge.ts';

export type Measured = { scenario: string; contender: string } & Figures;

const measures: readonly [field: keyof Figures, title: string, digits: number][] = [
  ['callsPerResolved', 'BMS calls per resolved alert', 1],
  ['rejected429', '429 answers', 0],
  ['writesSentAgain', 'writes sent again', 0],
  ['duplicateWrites', 'duplicate effects', 0],
  ['falseDone', 'false "done"s', 0],
  ['resolvedUntold', 'resolved, but not reported', 0],
  ['tokensPerAlert', 'tokens per alert', 0],
  ['medianSeconds', 'seconds, median', 1],
];

/** One line for each scenario and measure; a ratio is the recipe's figure over the service's. */
export function sideBySide(rows: readonly Measured[]): string {
  const lines = [...new Set(rows.map(({ scenario }) => scenario))].flatMap((scenario) =>
    measures.map(([field, measure, digits], index) => {
      const figureOf = (contender: string) =>
        rows.find((row) => row.scenario === scenario && row.contender === contender)?.[field] ?? null;
      const service = figureOf('service');
      const literal = figureOf('recipe');
      const diligent = figureOf('diligent recipe');
      return {
        scenario: index === 0 ? scenario : '',
        measure,
        service: round(service, digits),
        literal: round(literal, digits),
        literalRatio: ratio(literal, service),
        diligent: round(diligent, digits),
        diligentRatio: ratio(diligent, service),
      };
    }),
  );
  const columns = [
    { title: 'scenario', field: 'scenario' },
    { title: 'measure', field: 'measure' },
    { title: 'service', field: 'service' },
    { title: 'recipe', field: 'literal' },
    { title: 'ratio', field: 'literalRatio' },
    { title: 'diligent', field: 'diligent' },
    { title: 'ratio', field: 'diligentRatio' },
  ];
  return renderTable(columns, lines);
}

const round = (value: number | null, digits: number) => (value === null ? null : Number(value.toFixed(digits)));

const ratio = (value: number | null, base: number | null) =>
  value === null || !base ? null : Number((value / base).toFixed(1));
