/**
 * Every Redis key of ours. One hash tag keeps them in one slot, so that scripts over several keys work on a
 * cluster; BullMQ's own keys live under the same tag.
 */
export const PREFIX = '{bms}';

const key = (...parts: string[]) => [PREFIX, ...parts].join(':');

export const keys = {
  journal: (runId: string) => key('run', runId, 'journal'),
  epoch: (runId: string) => key('run', runId, 'epoch'),
  runs: () => key('runs'),
  incident: (id: string) => key('incident', id),
  incidentAlerts: (id: string) => key('incident', id, 'alerts'),
  incidentRuns: (id: string) => key('incident', id, 'runs'),
  incidentOccurrences: (id: string) => key('incident', id, 'occurrences'),
  incidents: () => key('incidents'),
  /** The latest incident of a fault. */
  fault: (connection: string, alertKey: string) => key('fault', connection, alertKey),
  alert: (id: string) => key('alert', id),
  alerts: () => key('alerts'),
  alertsBySource: (sourceId: string) => key('source', sourceId),
};
