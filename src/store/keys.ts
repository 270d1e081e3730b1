import { REDIS_PREFIX } from '../domain/redis-prefix.ts';

const key = (...parts: string[]) => [REDIS_PREFIX, ...parts].join(':');

/**
 * The Redis keys of runs, incidents, alerts and RMM rows. The rate limiter, the sign-in token and shared reads name
 * their own, and BullMQ its own; all begin with `REDIS_PREFIX`.
 */
export const keys = {
  journal: (runId: string) => key('run', runId, 'journal'),
  /** Counts the run's owners: an owner may append while its epoch is the latest. */
  epoch: (runId: string) => key('run', runId, 'epoch'),
  /** The run that tries this one again. */
  retry: (runId: string) => key('run', runId, 'retry'),
  /** Every run: id → when it was opened (ms). */
  runs: () => key('runs'),
  incident: (id: string) => key('incident', id),
  incidentAlerts: (id: string) => key('incident', id, 'alerts'),
  incidentRuns: (id: string) => key('incident', id, 'runs'),
  incidentOccurrences: (id: string) => key('incident', id, 'occurrences'),
  /** Every incident: id → when it was opened (ms). */
  incidents: () => key('incidents'),
  /** The latest incident of a fault. */
  fault: (connection: string, alertKey: string) => key('fault', connection, alertKey),
  alert: (id: string) => key('alert', id),
  /** Every alert: id → when it was recorded (ms). */
  alerts: () => key('alerts'),
  /** The alerts with one source id: id → when it was recorded (ms). */
  alertsBySource: (sourceId: string) => key('source', sourceId),
  /** Rows of one RMM action that wait for its next batch: transaction → since when (ms). */
  rowQueue: (action: string) => key('rmm', 'queue', action),
  /** When the action's next batch may go, and how long the action rests after it. */
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
  /** The ticket that BMS last named for this alert. */
  ticketHint: (sourceId: string) => key('ticket-of', sourceId),
  /** Runs that wait until BMS is up. */
  waitingForBms: () => key('runs', 'waiting-for-bms'),
  /** Written by the health check, to see whether Redis stores anything. */
  probe: () => key('probe'),
};
