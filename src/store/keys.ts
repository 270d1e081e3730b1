/**
 * Every Redis key of ours. One hash tag keeps them in one slot, so that scripts over several keys work on a
 * cluster; BullMQ's own keys live under the same tag.
 */
export const PREFIX = '{bms}';

const key = (...parts: string[]) => [PREFIX, ...parts].join(':');

export const keys = {
  journal: (runId: string) => key('run', runId, 'journal'),
  epoch: (runId: string) => key('run', runId, 'epoch'),
  /** The run that tries this one again. */
  retry: (runId: string) => key('run', runId, 'retry'),
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
  /** Rows of one RMM action that wait for its next batch: transaction → since when (ms). */
  rowQueue: (action: string) => key('rmm', 'queue', action),
  /** When the action's next batch may go, and how long it then rests. */
  rowPace: (action: string) => key('rmm', 'pace', action),
  /** Rows that only go alone, because BMS refused the batch that they were in. */
  rowsAlone: (action: string) => key('rmm', 'alone', action),
  /** What each row that is queued or in a batch holds, by transaction. */
  rows: () => key('rmm', 'rows'),
  /** A batch under way: its action and state, and its rows as `rowQueue` held them. */
  batch: (id: string) => key('rmm', 'batch', id),
  batchRows: (id: string) => key('rmm', 'batch', id, 'rows'),
  /** Every batch under way: id → when its lease ends (ms). */
  batches: () => key('rmm', 'batches'),
  /** Which run each row of an RMM job belongs to: transaction → run. */
  jobRows: (family: string, jobId: string) => key('rmm', 'job', family, jobId),
  /** The ticket that BMS last told to hold this alert. */
  ticketHint: (sourceId: string) => key('ticket-of', sourceId),
  /** Runs that wait for BMS to be back. */
  waitingForBms: () => key('runs', 'waiting-for-bms'),
  /** Written by whoever asks whether Redis takes anything. */
  probe: () => key('probe'),
  alertsBySource: (sourceId: string) => key('source', sourceId),
};
