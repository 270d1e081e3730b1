import { type ChatRequest, documentOf, type Result, resultsOf } from './conversation.ts';
import { judgeDisk } from './disk.ts';
import { call, type Move, say } from './move.ts';
import { listTickets, openingSchema, type RecipeOpening, resolve, tools } from './recipe-calls.ts';
import { closeTicket } from './recipe-closing.ts';
import { assetSchema, type RecipeTicket, readAnswer, ticketsSchema } from './recipe-results.ts';
import type { Tendencies } from './tendencies.ts';

/**
 * The model in the recipe's conversation: it has raw tools and a prompt, and goes the recipe's five steps. It answers
 * with "Done", "Not done" or "Unclear" and why, so that what it claims can be held against what happened.
 */
export function recipeMove(request: ChatRequest, tendencies: Tendencies): Move {
  const opening = documentOf(request, openingSchema);
  if (!opening) return say('Not done: the request holds no alert.');
  const results = resultsOf(request);
  const listed = results.findLast(({ name }) => name === tools.list);
  if (!listed) return listTickets(opening, 'Find the ticket of this alert.');
  const tickets = readAnswer(listed, ticketsSchema);
  const ticket = tickets?.find(({ title }) => title === opening.alert.alert);
  if (results.some(({ name }) => name === tools.resolve)) {
    return closeTicket({ opening, results, ticket: ticket ?? null, tendencies });
  }
  if (!tickets) return say(`Not done: the tickets could not be read: ${listed.text}`);
  if (!ticket) return say('Not done: no open ticket matches this alert; nothing was changed.');
  return reviewDevice(opening, results, ticket, tendencies);
}

/** Steps two and three: review the asset, clean up if the drive is full. */
function reviewDevice(opening: RecipeOpening, results: Result[], ticket: RecipeTicket, tendencies: Tendencies): Move {
  const readAsset = (why: string) => call(why, tools.asset, { assetId: ticket.hardwareAssetId });
  const seen = results.findLast(({ name }) => name === tools.asset);
  if (!seen) return readAsset('Review the asset of the ticket.');
  const { alert, alert_message } = opening.alert;
  const disk = judgeDisk(`${alert} ${alert_message}`, { asset: readAnswer(seen, assetSchema) });
  if (!disk) return say(`Not done: the asset does not show how full the drive is: ${seen.text.slice(0, 200)}`);
  const isFull = disk.usedPercent >= disk.thresholdPercent;
  const cleanUp = results.findLast(({ name }) => name === tools.cleanUp);
  const now = `${disk.drive} is ${disk.usedPercent}% full`;
  if (isFull && !cleanUp) {
    return call(`${now}: run the clean-up.`, tools.cleanUp, {
      device: opening.alert.device_hostname,
      action: 'cleanup',
    });
  }
  const isStale = cleanUp && results.indexOf(seen) < results.indexOf(cleanUp);
  if (isStale && tendencies.rereadsDevice) return readAsset('See whether the clean-up has made room.');
  if (isFull && !isStale) return say(`Not done: ${now} after the clean-up; a person must free space.`);
  return resolve(opening, ticket, isStale ? 'Clean-up was run.' : `The condition has cleared: ${now}.`);
}
