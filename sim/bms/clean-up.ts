import { recordEffect } from './effects.ts';
import type { Asset } from './tenant/assets.ts';
import type { World } from './world.ts';

/** Share of the system volume that is free after a clean-up. */
const freeShare = 0.35;

/** A clean-up really frees the device's system volume; it is one effect in the ledger. Answers with the MB that it freed. */
export function cleanUp(
  world: World,
  asset: Asset,
  effect: { operation: string; at: string; jobId: string; body: unknown },
): number {
  const [system] = asset.volumes;
  const before = system?.freeMb ?? 0;
  if (system) system.freeMb = Math.max(before, Math.round(system.totalMb * freeShare));
  recordEffect(world.effects, { ...effect, assetId: asset.id });
  return (system?.freeMb ?? 0) - before;
}

/** The asset that the RMM's agent with this id runs on. */
export const assetByAgent = ({ tenant }: World, agentId: string): Asset | undefined =>
  [...tenant.assets.values()].find((asset) => asset.agentId === agentId);
