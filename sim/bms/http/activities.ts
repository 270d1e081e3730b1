import type { Note, Ticket, TimeLog } from '../ticket.ts';

/** `TicketActivityOutputDto`: notes and time in one list, the latest first. */
export function activitiesOf(ticket: Ticket) {
  const entries = [
    ...ticket.notes.map((note) => noteActivity(ticket, note)),
    ...ticket.timeLogs.map((log) => timeActivity(ticket, log)),
  ];
  return entries.sort((left, right) => right.createdOn.localeCompare(left.createdOn) || right.id - left.id);
}

const unbilled = { isPosted: 0, inReview: 0, billed: 0, approved: 0, isMerged: 0, isUser: 1, attachmentCount: 0 };

const noteActivity = (ticket: Ticket, { id, details, isInternal, type, createdBy, createdOn }: Note) => ({
  ...{ id, ticketId: ticket.id, logType: 1, activityType: 'Note', noteTypeId: type.id, ...unbilled },
  ...{ notes: isInternal ? null : details, internalNotes: isInternal ? details : null, isInternal: isInternal ? 1 : 0 },
  ...{ createdOn, createdBy: createdBy.id, createdByName: createdBy.name, userId: createdBy.id, timeSpent: null },
});

const timeActivity = (ticket: Ticket, { id, hours, notes, createdBy, createdOn }: TimeLog) => ({
  ...{ id, ticketId: ticket.id, logType: 2, activityType: 'TimeLog', noteTypeId: null, ...unbilled },
  ...{ notes, internalNotes: null, isInternal: 0, timeSpent: hours },
  ...{ createdOn, createdBy: createdBy.id, createdByName: createdBy.name, userId: createdBy.id },
});
