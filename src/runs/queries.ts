import { viewRun } from '../domain/run-view.ts';
import { nullIfNewer } from './newer-journal.ts';
import type { Stores } from './stores.ts';

/** Reads of runs, incidents and alerts, as `/v1` shows them. */
export function recordsOf({ incidents, journals }: Stores) {
  const getRun = async (id: string) => viewRun(id, await journals.read(id));
  return {
    getRun,
    async listRuns(cursor: string | null) {
      const page = await incidents.listRunIds(cursor);
      const runs = await Promise.all(page.items.map((id) => getRun(id).catch(nullIfNewer)));
      // A list shows runs without their timelines: ask for one to see its steps.
      return { items: runs.flatMap((run) => (run ? [{ ...run, steps: [] }] : [])), next: page.next };
    },
    getIncident: incidents.get,
    listIncidents: incidents.list,
    getAlert: incidents.getAlert,
    listAlerts: (sourceId: string | null, cursor: string | null) =>
      sourceId === null ? incidents.listAlerts(cursor) : incidents.listAlertsBySource(sourceId, cursor),
  };
}
