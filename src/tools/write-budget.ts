import type { RunState } from '../domain/run-state.ts';

/**
 * Why the model may not write once more; null while it may. `writes` is how many a run may make. Only the model's own
 * writes count, each once it is intended: the service's hand-over is free.
 */
export function writesExhausted(state: RunState, { writes }: { writes: number }): string | null {
  const made = [...state.calls.values()].filter(({ by, intent }) => by === 'model' && intent !== null).length;
  return made < writes ? null : `this run has made ${made} writes, which is all that it may: conclude`;
}
