import { TerminalError } from '../domain/errors.ts';
import type { RunState } from '../domain/run-state.ts';
import { offered } from '../tools/facts.ts';
import { specOf, type Tool } from '../tools/tool.ts';
import { maxCallsPerTurn, modelComesTooLate, type RunBudget } from './budget.ts';
import { concludeTool } from './conclude.ts';
import { concludeByService, type HandOverDeps } from './hand-over.ts';
import type { Model } from './model.ts';
import { messagesFor } from './prompt.ts';
import type { RunJournal } from './run-journal.ts';

export interface AskDeps extends HandOverDeps {
  model: Model;
  /** Every tool there is, by name; the model is offered those for its subject. */
  tools: ReadonlyMap<string, Tool>;
  budget: RunBudget;
  now(): number;
}

/** Asks the model for its next calls. Ends the run if the model refuses, or cannot answer before the run must end. */
export async function ask(state: RunState, journal: RunJournal, deps: AskDeps, signal: AbortSignal): Promise<null> {
  const specs = [...[...offered(deps.tools, state.subject).values()].map(specOf), specOf(concludeTool)];
  const answer = await deps.model.ask(messagesFor(state), specs, signal).catch((error: unknown) => {
    const reason =
      error instanceof TerminalError ? error.message : modelComesTooLate(error, state, deps.budget, deps.now());
    if (reason === null) throw error;
    return reason;
  });
  if (typeof answer === 'string') return concludeByService(answer, state, journal, deps);
  // The service's own ids: a model may repeat its ids from turn to turn, a journal must not.
  const turn = state.turns.length + 1;
  const toolCalls = answer.toolCalls.slice(0, maxCallsPerTurn).map((call, i) => ({ ...call, id: `t${turn}c${i + 1}` }));
  await journal.append({ type: 'model_answered', ...answer, toolCalls });
  return null;
}
