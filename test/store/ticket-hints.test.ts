import t from 'tap';
import { createTicketHints } from '../../src/store/ticket-hints.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const hints = createTicketHints(redis, { retentionDays: 1 });

t.test('the latest hint about the ticket of an alert is kept for the retention time', async (t) => {
  t.equal(await hints.find('uid-1'), null);
  await hints.remember('uid-1', { ticketId: 7, statusId: 1 });
  await hints.remember('uid-1', { ticketId: 8, statusId: 2 });
  t.same(await hints.find('uid-1'), { ticketId: 8, statusId: 2 });
  t.equal(await redis.ttl('{bms}:ticket-of:uid-1'), 86_400);
});
