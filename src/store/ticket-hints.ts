import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** Where BMS was last seen to hold an alert: the ticket, and the open status that it had. */
interface Hint {
  ticketId: number;
  statusId: number;
}

/** The tickets of alerts, as BMS last named them. A hint may be out of date: read the ticket before relying on it. */
export const createTicketHints = (redis: Redis, { retentionDays }: { retentionDays: number }) => ({
  async find(sourceId: string): Promise<Hint | null> {
    const { ticketId, statusId } = await redis.hgetall(keys.ticketHint(sourceId));
    return ticketId && statusId ? { ticketId: Number(ticketId), statusId: Number(statusId) } : null;
  },
  async remember(sourceId: string, { ticketId, statusId }: Hint): Promise<void> {
    const key = keys.ticketHint(sourceId);
    await redis
      .multi()
      .hset(key, { ticketId, statusId })
      .expire(key, retentionDays * 86_400)
      .exec();
  },
});
