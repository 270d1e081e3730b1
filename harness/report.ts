import type { Run } from '../src/domain/run-view.ts';
import { type Ledger, type LedgerTicket, resolveOperation } from './sim-client.ts';

const useColour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => (useColour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);

export interface ReportInput {
  run: Run;
  before: Ledger;
  after: Ledger;
  alertTitle: string;
  ticket: LedgerTicket;
}

/** One run as a technician wants to read it: what fired, what was found, what was done, the proof, the cost, the ticket. */
export function report({ run, before, after, alertTitle, ticket }: ReportInput): string {
  const now = after.tickets.find(({ id }) => id === ticket.id) ?? ticket;
  const seconds = run.startedAt && run.endedAt ? (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000 : 0;
  const { modelCalls, promptTokens, completionTokens } = run.usage;
  const done = run.steps.filter(
    ({ type }) => type === 'write_done' || type === 'rmm_job_submitted' || type === 'rmm_job_finished',
  );
  const calls = callsBetween(before, after);
  const rows: [string, string[]][] = [
    ['Fired', [`${alertTitle} (alert ${ticket.alertRefId})`]],
    ['Found', [run.steps.find(({ type }) => type === 'scope_resolved')?.what ?? 'nothing', ...findings(run)]],
    ['Done', done.length > 0 ? done.map(({ step, what }) => `step ${step}: ${what}`) : ['nothing was written']],
    ['Outcome', [`${colourOf(run)(run.disposition ?? run.state)} — ${run.reason ?? ''}`]],
    ['Proof', proofOf(ticket, after)],
    [
      'Cost',
      [
        `${calls.reduce((sum, [, n]) => sum + n, 0)} BMS calls, ${modelCalls} model calls, ${promptTokens + completionTokens} tokens, ${seconds.toFixed(1)} s`,
      ],
    ],
    ['', calls.map(([endpoint, n]) => dim(`${n} × ${endpoint}`))],
    ['Ticket now', [`${now.ticketNumber} "${now.title}": ${bold(now.statusName)}, queue ${now.queueName ?? 'none'}`]],
    [
      '',
      now.notes.slice(-1).flatMap(({ details, isInternal }) =>
        details
          .split('\n')
          .filter(Boolean)
          .map((line) => dim(`${isInternal ? 'internal' : 'note'} | ${line}`)),
      ),
    ],
  ];
  return rows
    .flatMap(([label, lines]) => lines.map((line, i) => `  ${bold((i === 0 ? label : '').padEnd(11))} ${line}`))
    .join('\n');
}

const colourOf = (run: Run) => (run.disposition === 'resolved' ? green : red);

function findings(run: Run): string[] {
  const concluded = run.steps.find(({ type }) => type === 'concluded')?.detail as
    | { evidence?: { step: number; finding: string }[] }
    | undefined;
  return (concluded?.evidence ?? []).map(({ step, finding }) => `step ${step}: ${finding}`);
}

/** What BMS's own ledger says, which neither the service nor the model writes. */
function proofOf(ticket: LedgerTicket, { effects, jobs }: Ledger): string[] {
  const rows = jobs.flatMap((job) =>
    job.rows.filter((row) => row.alertRefId === ticket.alertRefId).map((row) => ({ job, row })),
  );
  const resolves = effects.filter(
    ({ operation, alertRefId }) => operation === resolveOperation && alertRefId === ticket.alertRefId,
  );
  const steps = rows.map(
    ({ job, row }) =>
      `job ${job.id} is "${job.status}", this alert's row: ${row.ok ? 'ok' : 'failed'}, "${row.message}"`,
  );
  return [...steps, `the ledger holds ${resolves.length} resolve(s) of this ticket`];
}

function callsBetween(before: Ledger, after: Ledger): [string, number][] {
  return Object.entries(after.requests.byEndpoint).flatMap(([endpoint, count]): [string, number][] => {
    const made = count - (before.requests.byEndpoint[endpoint] ?? 0);
    return made > 0 ? [[endpoint, made]] : [];
  });
}
