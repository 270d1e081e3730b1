import { createRandom, type Random } from '../bms/random.ts';
import type { State } from '../bms/state.ts';
import type { World } from '../bms/world.ts';

/** What a component does when it is run: clean up, end badly, or end with a warning. */
export type ComponentKind = 'clean-up' | 'failing' | 'warning';

export interface DattoJob {
  uid: string;
  name: string;
  deviceUid: string;
  componentUid: string;
  kind: ComponentKind;
  startedAt: number;
  stdout: string;
  stderr: string;
}

export interface Datto {
  apiKey: string;
  apiSecretKey: string;
  token: string;
  components: Record<ComponentKind, string>;
  jobs: Map<string, DattoJob>;
  resolvedAlerts: Set<string>;
  random: Random;
}

const known = new WeakMap<World, Datto>();

/** Datto RMM's side of a simulated tenant: a device uid is the agent id that BMS has of the asset. */
export function dattoOf({ world }: State): Datto {
  const existing = known.get(world);
  if (existing) return existing;
  const random = createRandom(`${world.seed}:datto`);
  const components = { 'clean-up': random.uuid(), failing: random.uuid(), warning: random.uuid() };
  const secrets = { apiKey: random.hex(20), apiSecretKey: random.hex(32), token: random.hex(40) };
  const datto = { ...secrets, components, jobs: new Map(), resolvedAlerts: new Set<string>(), random };
  known.set(world, datto);
  return datto;
}
