import type { FastifyInstance } from 'fastify';

/** One bucket of the rate budget, as `/v1/limits` shows it. */
export interface LimitRecord {
  bucket: string;
  limit: number;
  used: number;
  remaining: number;
  refused: number;
  probing: boolean;
  pacing: boolean;
  blockedUntil: string | null;
  waiting: Record<string, number>;
}

export interface SharedReadRecord {
  hits: number;
  misses: number;
}

export interface LimitDeps {
  /** Rejects when Redis is unreachable. */
  getLimits(): Promise<LimitRecord[]>;
  /** Reads of BMS that another run's call answered (hits) and those that were calls (misses), by all workers. */
  getSharedReads(): Promise<SharedReadRecord>;
}

export async function limitRoutes(app: FastifyInstance, { getLimits, getSharedReads }: LimitDeps): Promise<void> {
  app.get('/limits', async () => {
    const [items, sharedReads] = await Promise.all([getLimits(), getSharedReads()]);
    return { items, next: null, sharedReads };
  });
}
