import { operationsOf } from './facts.ts';
import { refuse, type Tool } from './tool.ts';

/** Answers why the upstream in use cannot do an operation (method and path template); null when it can. */
export type Objection = (operation: string) => Promise<string | null>;

/**
 * The same tool; a write that the upstream cannot carry out and verify is refused with `unsupported` before its names are
 * resolved, so before anything is read for it or written down.
 */
export function refusingUnsupported(tool: Tool, objection: Objection): Tool {
  if (tool.effect === 'read') return tool;
  return {
    ...tool,
    async prepare(input, context) {
      for (const operation of operationsOf(tool.name)) {
        const reason = await objection(operation);
        if (reason !== null) return refuse('unsupported', reason);
      }
      return tool.prepare(input, context);
    },
  };
}
