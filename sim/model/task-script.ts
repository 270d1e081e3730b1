import type { ChatRequest, TaskOpening } from './conversation.ts';
import { end, type Move } from './move.ts';

/** A task in a person's words. */
export function taskMove(_request: ChatRequest, { task }: TaskOpening): Move {
  return end('inconclusive', 'no plan fits this task', [], `Asked for: ${task.text}`);
}
