import { tmpdir } from 'node:os';
import { type Started, startProgram } from '../harness/process.ts';
import { dattoAlert } from '../harness/stack.ts';
import type { Rig } from './rig.ts';
import type { Outcome, Subject } from './subject.ts';
import type { Target } from './target.ts';

/** One process of the recipe, and the alerts that it was given and has not answered. */
interface Seat {
  url: string;
  open: Set<Target>;
}

/**
 * The recipe (`bench/recipe`), as many processes as the service has workers. It remembers nothing: after a
 * restart it gets the same prompts again, for each alert that has no answer yet.
 */
export function createRecipe({ name, model, workers }: { name: string; model: string; workers: number }): Subject {
  let seats: Seat[] = [];
  const seatOf = new Map<Target, Seat>();
  const heard = new Map<Target, Outcome>();
  return {
    name,
    async start(rig) {
      seats = Array.from({ length: workers }, () => ({ url: '', open: new Set() }));
      const places = await Promise.all(seats.map((seat, n) => openSeat(rig, seat, { name: `recipe-${n + 1}`, model })));
      await Promise.all(places.map(({ ready }) => ready));
    },
    async submit(target) {
      const seat = seats[seatOf.size % seats.length];
      if (!seat) throw new Error('the recipe was not started');
      seatOf.set(target, seat);
      seat.open.add(target);
      await deliver(target, seat.url).catch(() => {});
      return true;
    },
    async outcome(target) {
      const seat = seatOf.get(target);
      const known = heard.get(target);
      if (known || !seat) return known ?? null;
      const response = await fetch(`${seat.url}/outputs/${target.alertRefId}`);
      const { output } = (await response.json()) as { output: string | null };
      if (output === null) return null;
      seat.open.delete(target);
      heard.set(target, outcomeOf(output));
      return outcomeOf(output);
    },
    evidence: async (target) => heard.get(target) ?? null,
  };
}

const openSeat = (rig: Rig, seat: Seat, { name, model }: { name: string; model: string }) =>
  rig.openPlace(name, async ({ bmsUrl, modelUrl }, onSpawn): Promise<Started> => {
    const env = { ...rig.stack.env, KASEYA_BASE_URL: bmsUrl, OPENAI_BASE_URL: modelUrl, OPENAI_MODEL: model };
    const started = await startProgram('bench/recipe/main', [], { cwd: tmpdir(), env, onSpawn });
    seat.url = String(started.ready.url);
    for (const target of seat.open) void deliver(target, seat.url).catch(() => {});
    return started;
  });

const deliver = ({ ticket, alertRefId }: Target, url: string): Promise<Response> =>
  fetch(`${url}/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...dattoAlert(ticket), alert_uid: alertRefId }),
  });

/** The scripted model begins its last words with one of three: "Done", "Not done", "Unclear". */
function outcomeOf(output: string): Outcome {
  const base = { runId: '', reason: output, claims: [], undecidable: [] };
  if (output.startsWith('Done')) return { ...base, said: 'resolved' };
  if (output.startsWith('Unclear')) return { ...base, said: 'inconclusive', undecidable: [output] };
  return { ...base, said: 'escalated' };
}
