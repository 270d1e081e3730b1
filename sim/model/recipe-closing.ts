import type { Result } from './conversation.ts';
import { call, type Move, say } from './move.ts';
import { listTickets, type RecipeOpening, resolve, tools } from './recipe-calls.ts';
import { jobSchema, type RecipeJob, type RecipeTicket, readAnswer, submittedSchema } from './recipe-results.ts';
import type { Tendencies } from './tendencies.ts';

interface Closing {
  opening: RecipeOpening;
  results: Result[];
  /** In the latest list of open tickets; null when it is not there. */
  ticket: RecipeTicket | null;
  tendencies: Tendencies;
}

/** Step five: the resolve was called; find out from the status tool what came of it, and say so. */
export function closeTicket(closing: Closing): Move {
  const { opening, results, tendencies } = closing;
  const at = results.findLastIndex(({ name }) => name === tools.resolve);
  const submitted = results[at] && readAnswer(results[at], submittedSchema);
  if (!submitted) return afterError(closing, results.slice(at));
  const polls = results.slice(at).filter(({ name }) => name === tools.status);
  const last = polls.at(-1);
  const poll = call('Verify the job.', tools.status, {
    integrationType: opening.integrationType,
    jobId: submitted.jobId,
  });
  if (!last) return poll;
  const job = readAnswer(last, jobSchema);
  if (!job) return say(`Unclear: the ticket was sent to be closed, but the job cannot be read: ${last.text}`);
  // Kaseya publishes no words: it reads them by their plain meaning.
  if (/fail|error|abort|cancel/i.test(job.jobStatus)) return say(`Not done: the job ended as "${job.jobStatus}".`);
  if (/complete|success|done|finish|processed/i.test(job.jobStatus)) {
    return say(tendencies.readsRows ? rowResult(job, opening) : `Done: the job says "${job.jobStatus}".`);
  }
  if (polls.length < tendencies.polls) return poll;
  return say(
    tendencies.takesPendingForDone
      ? `Done: BMS accepted the job that closes the ticket (${job.jobStatus}).`
      : `Unclear: the job is still "${job.jobStatus}".`,
  );
}

function rowResult({ details }: RecipeJob, { alert }: RecipeOpening): string {
  const row = details.find(({ alertRefId }) => alertRefId === alert.alert_uid);
  if (!row) return 'Unclear: the job completed without a row for this alert.';
  const { statusCode, statusMessage } = row;
  if (/^2\d\d$|ok|success|complete|done|resolved/i.test(statusCode))
    return 'Done: the row says that the ticket is closed.';
  if (/(resolved|closed) already|already (resolved|closed)/i.test(statusMessage ?? ''))
    return `Done: ${statusMessage}.`;
  return `Not done: the row of the completed job failed: ${statusMessage}`;
}

/** The call answered with an error, or with nothing: `since` is that call and what came after it. */
function afterError({ opening, results, ticket, tendencies }: Closing, since: Result[]): Move {
  const [failed] = since;
  const attempts = results.filter(({ name }) => name === tools.resolve).length;
  if (attempts > tendencies.retries) return say(`Not done: closing the ticket failed: ${failed?.text}`);
  const hasReread = since.some(({ name }) => name === tools.list);
  if (tendencies.rereadsBeforeRetry && !hasReread) return listTickets(opening, 'See whether it took effect.');
  if (!ticket) return say('Done: the ticket is no longer among the open ones.');
  return resolve(opening, ticket, 'The condition has cleared.');
}
