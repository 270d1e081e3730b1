import type { FastifyInstance } from 'fastify';
import type { AlertRecord } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { Run } from '../domain/run-view.ts';
import { notFound } from './errors.ts';

interface Page<T> {
  items: T[];
  next: string | null;
}

export interface RecordDeps {
  getRun(id: string): Promise<Run | null>;
  listRuns(cursor: string | null): Promise<Page<Run>>;
  getIncident(id: string): Promise<Incident | null>;
  listIncidents(cursor: string | null): Promise<Page<Incident>>;
  getAlert(id: string): Promise<AlertRecord | null>;
  listAlerts(sourceId: string | null, cursor: string | null): Promise<Page<AlertRecord>>;
}

interface ListQuery {
  Querystring: { cursor?: string; sourceId?: string };
}

interface ById {
  Params: { id: string };
}

/** Reads for people and scripts: runs with their timelines, incidents, and the outcome of each alert. */
export async function recordRoutes(app: FastifyInstance, deps: RecordDeps): Promise<void> {
  app.get<ListQuery>('/runs', ({ query }) => deps.listRuns(query.cursor ?? null));
  app.get<ById>('/runs/:id', ({ params }) => found('run', deps.getRun(params.id), '/v1/runs'));
  app.get<ListQuery>('/incidents', ({ query }) => deps.listIncidents(query.cursor ?? null));
  app.get<ById>('/incidents/:id', ({ params }) => found('incident', deps.getIncident(params.id), '/v1/incidents'));
  app.get<ListQuery>('/alerts', ({ query }) => deps.listAlerts(query.sourceId ?? null, query.cursor ?? null));
  app.get<ById>('/alerts/:id', ({ params }) => found('alert', deps.getAlert(params.id), '/v1/alerts?sourceId='));
}

async function found<T>(what: string, record: Promise<T | null>, list: string): Promise<T> {
  const value = await record;
  if (value === null)
    throw notFound(`${what} of this id`, `ids are in GET ${list}; records are kept for retentionDays`);
  return value;
}
