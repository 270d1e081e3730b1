import type { Model } from '../../src/agent/model.ts';
import type { TicketHints } from '../../src/agent/own-ticket.ts';
import { type RunJournal, type TriageDeps, triage } from '../../src/agent/triage.ts';
import {
  decodeEntry,
  type Entry,
  type EntryBody,
  encodeEntry,
  type Mode,
  type Subject,
} from '../../src/domain/journal.ts';
import type { RunState } from '../../src/domain/run-state.ts';
import type { Bms } from '../../src/kaseya/bms.ts';
import { createTools } from '../../src/tools/bms/index.ts';
import type { WriteDefaults } from '../../src/tools/bms/names.ts';
import { noDefaults } from './bms.ts';

/** What a tool call came to, as the model is told. */
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, looked at by scripts of tests alone
export type Told = any;

export interface Call {
  name: string;
  args: Record<string, unknown>;
}

/** One turn of the model: what it calls, given what it was told so far, by the name of the tool (the latest counts). */
export type Turn = (told: (name: string) => Told) => Call[];

export interface PlayOptions {
  bms: Bms;
  subject: Subject;
  turns: Turn[];
  mode?: Mode;
  defaults?: Partial<WriteDefaults>;
}

/** A journal as Redis would keep it, entries encoded; here one owner has it all the time, and each row goes out alone. */
export function memoryJournal(bms: Bms, runId = 'run-0001', now = Date.now): RunJournal & { entries(): Entry[] } {
  const stored: string[] = [];
  const entries = () => stored.map((json, index) => decodeEntry(json, index + 1));
  const append = async (body: EntryBody) => void stored.push(encodeEntry(body, new Date(now()).toISOString()));
  return {
    runId,
    epoch: 1,
    entries,
    read: async () => entries(),
    append,
    async queueRow(intent, transactionId, { action, row }) {
      await append(intent);
      const job = await bms.rmm.submit(action, [row] as never);
      const deadline = new Date(now() + 60_000).toISOString();
      await append({ type: 'rmm_job_submitted', callId: intent.callId, job: { ...job, transactionId, deadline } });
    },
    dropRow: async () => false,
    check: async () => {},
  };
}

/** Works on a run to its end, with a model that follows a script and fails when it is asked more. */
export async function playRun(options: PlayOptions): Promise<RunState> {
  const { bms, subject, turns, mode = 'auto' } = options;
  let clock = Date.now();
  const journal = memoryJournal(bms, 'run-0001', () => clock);
  await journal.append({ type: 'queued', subject, mode, retryOf: null });
  const tools = createTools({ bms, defaults: { ...noDefaults, ...options.defaults }, kaseyaOne: null });
  const deps: TriageDeps = {
    bms,
    model: scripted(turns),
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    accounts: {},
    budget: { steps: 50, tokens: 1e9, writes: 100, wallMs: 1e9, modelFailures: 5 },
    escalationQueue: 'Tier 3 Escalation',
    jobDeadlineMs: 60_000,
    readBackMs: 60_000,
    absentAfterMs: 60_000,
    touchReads: bms.tickets,
    freshMs: 0,
    hints: noHints,
    now: () => clock,
  };
  for (;;) {
    const progress = await triage(journal, deps, new AbortController().signal);
    if (progress.kind === 'concluded') return progress.state;
    for (const { family, jobId, transactionId } of progress.jobs) {
      if (family === 'remedy') continue;
      const verdict = (await bms.jobs.read(family, jobId))(transactionId);
      if (verdict) await journal.append({ type: 'rmm_job_finished', transactionId, ...verdict });
    }
    if (progress.jobs.length + progress.batches.length === 0) clock = Math.max(clock, progress.until);
  }
}

function scripted(turns: readonly Turn[]): Model {
  const left = [...turns];
  return {
    async ask(messages) {
      const names = new Map(
        messages.flatMap((message) =>
          message.role === 'assistant' ? message.toolCalls.map(({ id, name }) => [id, name] as const) : [],
        ),
      );
      const told = (wanted: string) => {
        const last = messages.findLast((message) => message.role === 'tool' && names.get(message.callId) === wanted);
        return last ? JSON.parse(last.content) : null;
      };
      const turn = left.shift();
      if (!turn) throw new Error(`the script is over; last told: ${messages.at(-1)?.content}`);
      const toolCalls = turn(told).map(({ name, args }) => ({ name, arguments: JSON.stringify(args) }));
      return { model: 'script', content: '', toolCalls, usage: { promptTokens: 1, completionTokens: 1 }, ms: 1 };
    },
  };
}

export const conclude = (disposition: string, evidence: number[] = []): Call => ({
  name: 'conclude',
  args: {
    disposition,
    reason: 'as scripted',
    summary: 'as scripted',
    evidence: evidence.map((step) => ({ step, finding: 'seen' })),
  },
});

export const taskOf = (text: string, about: { account?: string; ticketNumber?: string }): Subject => ({
  kind: 'task',
  task: {
    ...{ text, account: about.account ?? null, ticketNumber: about.ticketNumber ?? null },
    ...{ requestedBy: 'dana', receivedAt: '2026-11-25T10:00:00.000Z' },
  },
});

/** Nothing is known of any alert's ticket. */
export const noHints: TicketHints = { find: async () => null, remember: async () => {} };
