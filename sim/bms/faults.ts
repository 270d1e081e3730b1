import type { FaultInput, FaultKind } from './fault-input.ts';
import { globOf } from './path-glob.ts';
import type { Random } from './random.ts';

export interface Fault extends FaultInput {
  id: number;
}

/** What a fault matches a request by. */
export interface Target {
  method: string;
  /** Concrete, without the query. */
  path: string;
  template: string;
}

export interface Faults {
  add(input: FaultInput): Fault;
  /** What is left. */
  list(): Fault[];
  clear(): void;
  /** Uses up the first fault for this request, in the order in which they were set. */
  takeForRequest(target: Target): Fault | null;
  /** The same for `row-failure`, for each row of a job: one that is meant for the row, or one for the whole job. */
  takeForRows(target: Target, alertRefIds: readonly (string | null)[]): (Fault | null)[];
}

export function createFaults(random: Random): Faults {
  const faults = new Map<number, Fault>();
  let lastId = 0;

  const take = (target: Target, isWanted: (fault: Fault) => boolean): Fault | null => {
    for (const fault of faults.values()) {
      if (!isWanted(fault) || !matches(fault, target) || random.next() >= fault.probability) continue;
      fault.count -= 1;
      if (fault.count <= 0) faults.delete(fault.id);
      return fault;
    }
    return null;
  };

  return {
    add(input) {
      lastId += 1;
      const fault = { ...input, id: lastId };
      faults.set(fault.id, fault);
      return { ...fault };
    },
    list: () => [...faults.values()],
    clear: () => faults.clear(),
    takeForRequest: (target) => take(target, ({ kind }) => kind !== 'row-failure'),
    takeForRows(target, alertRefIds) {
      const takeFor = (alertRefId: string | undefined) =>
        take(target, ({ kind, match }) => kind === 'row-failure' && match.alertRefId === alertRefId);
      const forAll = takeFor(undefined);
      return alertRefIds.map((alertRefId) => (alertRefId === null ? null : takeFor(alertRefId)) ?? forAll);
    },
  };
}

/** Faults that strike before anything happened. The others let the request do its work, and lose the answer. */
const before = new Set<FaultKind>(['status', 'success-false', 'drop-before', 'malformed', 'html']);
export const strikesBefore = ({ kind }: Fault) => before.has(kind);

const matches = ({ match }: Fault, { method, path, template }: Target) =>
  (match.method === undefined || match.method === method) &&
  (match.path === undefined || [path, template].some(globOf(match.path)));
