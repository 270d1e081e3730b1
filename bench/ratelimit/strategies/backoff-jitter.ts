import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateStrategy } from '../strategy.ts';

const baseMs = 250;
const capMs = 30_000;

/** Exponential back-off with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"), without a last attempt. */
export const backoffJitter: CreateStrategy = ({ send }) => ({
  async run() {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await send();
      if (answer.status !== 429) return answer;
      await sleep(Math.random() * Math.min(capMs, baseMs * 2 ** attempt));
    }
  },
});
