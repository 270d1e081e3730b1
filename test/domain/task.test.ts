import t from 'tap';
import { ticketNumbersIn } from '../../src/domain/task.ts';

t.test('ticket numbers are read out of what people write', async (t) => {
  t.same(ticketNumbersIn('Review ticket #9902 for the CFO'), ['9902']);
  t.same(ticketNumbersIn('close ticket 10293 and Ticket no. 10294, then #10293 again'), ['10293', '10294']);
  t.same(ticketNumbersIn('#20261125-7.'), ['20261125-7']);
  t.same(ticketNumbersIn('3 tickets of 2026, room C#12, order 55'), []);
});
