import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../harness/sim-client.ts';
import type { Played } from './batch.ts';
import type { Rig } from './rig.ts';
import type { Subject } from './subject.ts';

/** Writes down everything that shows how runs failed: BMS's ledger, the processes' logs, and a file for each run. */
export async function keepEvidence(
  dir: string,
  failed: readonly Played[],
  { subject, rig, ledger }: { subject: Subject; rig: Rig; ledger: Ledger },
): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const write = (name: string, content: unknown) =>
    writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  write('ledger.json', ledger);
  write('processes.log', rig.places.flatMap((place) => place.log()).join('\n'));
  for (const [index, played] of failed.entries()) {
    const known = await subject.evidence(played.plan.target).catch(String);
    write(`run-${index + 1}.json`, { played, known });
  }
}
