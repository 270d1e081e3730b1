import type { Ticket } from '../ticket.ts';

const hoursBetween = (from: string, to: number) => Math.round(((to - Date.parse(from)) / 3_600_000) * 100) / 100;

/** `TicketSLAInfoOutputDto`, from the goals of the ticket's priority; all figures are hours. */
export function slaView({ priority, openDate, completedDate, notes }: Ticket, now: number) {
  const end = completedDate === null ? now : Date.parse(completedDate);
  const firstNote = notes[0]?.createdOn;
  const responded = hoursBetween(openDate, firstNote === undefined ? end : Date.parse(firstNote));
  const resolved = hoursBetween(openDate, end);
  const { respond, resolve } = priority.goals;
  return {
    slaStage: completedDate !== null ? 3 : firstNote === undefined ? 0 : 1,
    slaName: 'Standard',
    ...{ ticketPriorityName: priority.name, ticketPriorityColor: priority.color },
    ...{ respondGoal: respond, respondActual: responded, respondRemaining: respond - responded },
    ...{ resolveGoal: resolve, resolveActual: resolved, resolveRemaining: resolve - resolved },
    ...{ waitingActual: 0, reopenActual: 0 },
    ...{ timeTotalGoal: resolve, timeTotalActual: resolved, timeTotalRemaining: resolve - resolved },
  };
}
