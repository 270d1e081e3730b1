import { type ChatRequest, outcomesOf, type TaskOpening } from './conversation.ts';
import { escalate } from './escalation.ts';
import { end, type Move } from './move.ts';
import { offboard } from './offboarding.ts';

/** A task in a person's words: the plan whose word it says. */
export function taskMove(request: ChatRequest, opening: TaskOpening): Move {
  const { task, known } = opening;
  const outcomes = outcomesOf(request);
  if (!known?.account) {
    return end('inconclusive', known?.reason ?? 'it is not known whose task this is', [], `Asked for: ${task.text}`);
  }
  const base = [{ step: known.step, finding: `the task is about ${known.account.name}` }];
  if (/\boffboard/i.test(task.text)) return offboard(task.text, { outcomes, base });
  if (/\bescalate/i.test(task.text)) return escalate(task.text, { outcomes, base, ticket: known.ticket });
  return end('inconclusive', 'no plan fits this task', base, `Asked for: ${task.text}`);
}
