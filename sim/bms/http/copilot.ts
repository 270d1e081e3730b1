import { caseless, filledText, readFields, text } from '../fields.ts';
import { booleanOf } from '../query.ts';
import type { Ticket } from '../ticket.ts';
import { errorCodes, notFound, ok, Refusal } from '../wire.ts';
import type { Call, Route } from './route.ts';
import { recordTicketEffect, ticketOf } from './ticket-of.ts';

const base = '/v2/servicedesk/tickets/{ticketId}';
/** The module number of tickets, as attachments have it. */
const ticketModule = 22;

/** Kaseya's own writing helpers. Their answers are not described; these are texts in the usual envelope. */
function needCopilot({ state }: Call): void {
  if (state.options.copilot) return;
  throw new Refusal(403, errorCodes.unsupported, 'The copilot is not enabled for this tenant');
}

const generateResolution: Route = {
  method: 'POST',
  template: `${base}/ticketresolution/generate`,
  handle(call) {
    needCopilot(call);
    const ticket = ticketOf(call);
    const summary = resolutionFor(ticket);
    if (booleanOf(call.query, 'doSaveResult') ?? false) {
      ticket.smartResolution = summary;
      recordTicketEffect(call, ticket);
    }
    return ok({ summary });
  },
};

const generateSummary: Route = {
  method: 'POST',
  template: `${base}/ticketsummary/generate`,
  handle(call) {
    needCopilot(call);
    const ticket = ticketOf(call);
    ticket.smartSummary = summaryOf(ticket);
    recordTicketEffect(call, ticket);
    return ok({ summary: ticket.smartSummary });
  },
};

type Text = 'smartResolution' | 'smartSummary';

const readText = (template: string, field: Text, what: string): Route => ({
  method: 'GET',
  template,
  handle(call) {
    needCopilot(call);
    const { [field]: summary, ticketNumber } = ticketOf(call);
    if (summary === null) throw notFound(`${what} of ticket ${ticketNumber}`);
    return ok({ summary });
  },
});

const summarySchema = caseless({ Summary: text });

const writeText = (method: 'POST' | 'PUT', template: string, field: Text): Route => ({
  method,
  template,
  handle(call) {
    needCopilot(call);
    const ticket = ticketOf(call);
    ticket[field] = readFields(summarySchema, call.body).Summary;
    recordTicketEffect(call, ticket);
    return ok({ summary: ticket[field] });
  },
});

const detailsSchema = caseless({ Details: filledText });

/** Says the same in other words; nothing is kept. */
const refine = (template: string): Route => ({
  method: 'POST',
  template,
  handle(call) {
    needCopilot(call);
    if (template.includes('{ticketId}')) ticketOf(call);
    return ok({ summary: readFields(detailsSchema, call.body).Details.replace(/\s+/g, ' ').trim() });
  },
});

const summaryOf = ({ title, status, notes }: Ticket) =>
  [`${title} (${status.name}).`, ...notes.slice(-3).map(({ details }) => details)].join(' ');

/** Sounds helpful and knows nothing, as generated advice may. */
const resolutionFor = ({ title }: Ticket) =>
  `For "${title}": restart the affected service, check free space and the event log, then confirm with the user.`;

const configuration: Route = {
  method: 'GET',
  template: '/v2/admin/copilot/configuration',
  handle({ state }) {
    const isEnabled = state.options.copilot;
    const value = {
      ...{ isTicketSmartSummaryEnabled: isEnabled, isWritingAssistantEnabled: isEnabled },
      isTicketResolutionEnabled: isEnabled,
    };
    return ok([{ id: 1, createdBy: null, createdOn: null, isEnabled, value, moduleId: ticketModule }]);
  },
};

export const copilotRoutes: Route[] = [
  ...[configuration, generateResolution, generateSummary],
  readText(`${base}/ticketresolution`, 'smartResolution', 'The resolution'),
  readText(`${base}/ticketsummary`, 'smartSummary', 'The summary'),
  writeText('POST', `${base}/ticketresolution`, 'smartResolution'),
  writeText('PUT', `${base}/ticketresolution`, 'smartResolution'),
  writeText('PUT', `${base}/ticketsummary`, 'smartSummary'),
  ...[refine(`${base}/ticketresolution/refine`), refine('/v2/servicedesk/tickets/notes/rephrase')],
];
