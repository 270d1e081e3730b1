import type { NextId } from '../random.ts';
import type { Entry } from './lookups.ts';
import { named } from './named.ts';

export interface Contract {
  id: number;
  name: string;
  isDefault: boolean;
  isActive: boolean;
  sla: Entry;
  startDate: string;
  endDate: string;
}

const yearMs = 365 * 86_400_000;
/** Has none: work for it is billed by the hour. */
const withoutContract = 'CGC';
const premium = 'NGL';

/** The contract of this year, and the one before it, which has ended and was not switched off. */
export function buildContracts(code: string, slas: readonly Entry[], nextId: NextId, now: number): Contract[] {
  if (code === withoutContract) return [];
  const sla = named(slas, code === premium ? 'Premium' : 'Standard');
  const of = (name: string, start: number, isDefault: boolean): Contract => ({
    ...{ id: nextId(), name: `${code} ${name}`, isDefault, isActive: true, sla },
    ...{ startDate: new Date(start).toISOString(), endDate: new Date(start + yearMs).toISOString() },
  });
  const start = now - yearMs / 2;
  return [of('Managed Services', start, true), of('Managed Services', start - yearMs, false)];
}
