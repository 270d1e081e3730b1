import { createLimiter, type Limiter } from '../bms/limiter.ts';
import { createRandom } from '../bms/random.ts';
import type { State } from '../bms/state.ts';
import type { World } from '../bms/world.ts';

/**
 * What an integrated account of Truto's can be like. `plain` unwraps the vendor's answers, `envelope` hands them
 * through; the others refuse, each in its way.
 */
export const accountKinds = ['plain', 'envelope', 'sandbox', 'blocked', 'needs-reauth'] as const;
export type AccountKind = (typeof accountKinds)[number];

/** An answer that was given under an idempotency key. */
export interface Kept {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Truto's side of a simulated tenant; a reset throws it away with the rest. */
export interface Truto {
  token: string;
  accounts: Record<AccountKind, string>;
  /** 50 calls in 10 s for an account, 500 for a token. */
  perAccount: Limiter;
  perToken: Limiter;
  kept: Map<string, Promise<Kept>>;
}

const known = new WeakMap<World, Truto>();

/** Token and account ids follow from the seed, like every other id of the tenant. */
export function trutoOf({ world }: State): Truto {
  const existing = known.get(world);
  if (existing) return existing;
  const random = createRandom(`${world.seed}:truto`);
  const truto = {
    token: random.hex(40),
    accounts: Object.fromEntries(accountKinds.map((kind) => [kind, random.uuid()])) as Truto['accounts'],
    perAccount: createLimiter('sliding', { limit: 50, windowSeconds: 10 }),
    perToken: createLimiter('sliding', { limit: 500, windowSeconds: 10 }),
    kept: new Map(),
  };
  known.set(world, truto);
  return truto;
}
