import type { Query } from '../query.ts';
import type { State } from '../state.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Act } from '../ticket.ts';
import type { Answer } from '../wire.ts';
import type { World } from '../world.ts';

/** One request, after it was let in. */
export interface Call {
  state: State;
  world: World;
  tenant: Tenant;
  /** The API user, now. */
  act: Act;
  /** Placeholder values of the path. */
  param(name: string): string;
  query: Query;
  body: unknown;
  path: string;
  /** Method and template, as the ledger writes it. */
  operation: string;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With Kaseya's own placeholder names. */
  template: string;
  /** Throws a `Refusal` when BMS refuses the call. */
  handle(call: Call): Answer;
}
