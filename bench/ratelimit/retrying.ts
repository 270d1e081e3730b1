import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './strategy.ts';

/** How long a refusal asks us to wait. Headers that are rounded down may say 0: then a second, so that no caller hammers. */
export const toldToWaitMs = ({ headers }: Answer): number => 1000 * (Number(headers.get('retry-after')) || 1);

/**
 * What every limiter here does about a 429 that got through: it waits that long and passes through the limiter again, until
 * the call goes through. So no limiter drops a call, and none retries past itself.
 */
export async function retrying(attempt: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await attempt();
    if (answer.status !== 429) return answer;
    await sleep(toldToWaitMs(answer));
  }
}
