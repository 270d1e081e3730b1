import { checkFence } from '../domain/fence.ts';
import type { Permit } from '../ratelimit/bucket.ts';

/** Between the permit and the wire: may this write still go? If not, the permit is free again. */
export const lastCheck = (permit: Permit): Promise<void> =>
  checkFence().catch(async (error: unknown) => {
    await permit.unused();
    throw error;
  });
