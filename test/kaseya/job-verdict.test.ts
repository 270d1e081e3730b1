import t from 'tap';
import { judgeRow } from '../../src/kaseya/job-verdict.ts';

const row = (transactionId: string, statusCode: string | null, statusMessage = 'm') => ({
  transactionId,
  statusCode,
  statusMessage,
  ticketId: 5,
  ticketNumber: '10293',
});
const judge = (word: string, ...rows: ReturnType<typeof row>[]) => judgeRow({ word, rows }, 'mine')?.outcome ?? null;

t.test('a job that has not ended, or whose status word is unknown, has no verdict yet', async (t) => {
  for (const word of ['Pending', 'In Progress', 'queued', 'Finalizing', ''])
    t.equal(judge(word, row('mine', '200')), null, word);
});

t.test('the status of the row decides the verdict, not that of the job', async (t) => {
  t.equal(judge('Completed', row('mine', '200')), 'succeeded');
  t.equal(judge('completed', row('other', '200'), row('mine', '422')), 'failed');
  t.equal(judge('Completed With Errors', row('other', '500'), row('mine', 'Success')), 'succeeded');
  t.equal(judge('Failed', row('mine', 'OK')), 'succeeded');
});

t.test('an unknown status of a row is never a success', async (t) => {
  for (const code of ['', 'Accepted?', '299', null])
    t.equal(judge('Completed', row('mine', code)), 'unknown', String(code));
});

t.test('a job that ended without our row is never a success', async (t) => {
  t.equal(judge('Completed'), 'unknown');
  t.equal(judge('Completed', row('other', '200')), 'unknown');
  t.equal(judge('Failed'), 'failed');
});

t.test('the verdict on a row carries the ticket of the row', async (t) => {
  t.match(judgeRow({ word: 'Completed', rows: [row('mine', '200')] }, 'mine'), { ticket: { id: 5, number: '10293' } });
});
