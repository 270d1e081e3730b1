import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateStrategy } from '../strategy.ts';

const maxAttempts = 5;

/**
 * The retry loop of Truto's article on Kaseya BMS agents: send, and after a 429 wait for `ratelimit-reset` seconds (10 when
 * it is missing), at most five times; then the call is lost. Nothing is shared between processes.
 */
export const articleRecipe: CreateStrategy = ({ send }) => ({
  async run() {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const answer = await send();
      if (answer.status !== 429) return answer;
      await sleep(1000 * Number.parseInt(answer.headers.get('ratelimit-reset') || '10', 10));
    }
    return 'dropped';
  },
});
