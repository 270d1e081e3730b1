import type { FastifyInstance } from 'fastify';

/** One bucket of the rate budget, as far as it is shown. */
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
  /** Rejects when Redis is away. */
  getLimits(): Promise<LimitRecord[]>;
  /** Reads of BMS answered by another's call, and those that were calls; since the count was made. */
  getSharedReads(): Promise<SharedReadRecord>;
}

export async function limitRoutes(app: FastifyInstance, { getLimits, getSharedReads }: LimitDeps): Promise<void> {
  app.get('/limits', async () => {
    const [items, sharedReads] = await Promise.all([getLimits(), getSharedReads()]);
    return { items, next: null, sharedReads };
  });
}
