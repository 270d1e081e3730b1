import { alertMove } from './alert-script.ts';
import { type ChatRequest, isOffered, openingOf, taskOf } from './conversation.ts';
import { concludeName, end, type Move } from './move.ts';
import { tools as recipeTools } from './recipe-calls.ts';
import { recipeMove } from './recipe-script.ts';
import { taskMove } from './task-script.ts';
import { diligent, literal } from './tendencies.ts';

/** The models on offer. They differ only where no service stands behind the tools. */
export const models = { 'scripted-triage': literal, 'scripted-triage-diligent': diligent };

export const modelName = 'scripted-triage';

/**
 * A model that follows one fixed plan for each kind of conversation and believes only what tools return. It knows no
 * ids: every one comes from the conversation. Which conversation it is in shows by the tools: only the service offers
 * `conclude`.
 */
export function nextMove(request: ChatRequest): Move {
  const isRecipe = isOffered(request, recipeTools.resolve) && !isOffered(request, concludeName);
  if (isRecipe) return recipeMove(request, tendenciesOf(request.model));
  const opening = openingOf(request);
  if (opening) return alertMove(request, opening);
  const task = taskOf(request);
  if (task) return taskMove(request, task);
  return end('inconclusive', 'the conversation does not begin with an alert', [], 'Nothing to go on.');
}

const tendenciesOf = (model: string) => new Map(Object.entries(models)).get(model) ?? literal;
