import { checkFence } from '../domain/fence.ts';
import type { Permit } from '../ratelimit/permit.ts';

/** Checks, after the wait for a permit, that the write may still be sent. If not, gives the permit back and throws `FencedError`. */
export const lastCheck = (permit: Permit): Promise<void> =>
  checkFence().catch(async (error: unknown) => {
    await permit.unused();
    throw error;
  });
