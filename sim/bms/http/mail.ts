import { z } from 'zod';
import { caseless, text } from '../fields.ts';
import { ownedBy, type ReferenceCheck } from '../references.ts';
import type { Ticket } from '../ticket.ts';
import type { Call } from './route.ts';

/** `EmailNotificationDto`: ids come as one text with commas between. */
export const mailSchema = caseless({
  ...{ ContactIds: text.nullish(), ResourcesIds: text.nullish() },
  OtherEmails: z.array(z.email()).nullish(),
});
type MailInput = z.infer<typeof mailSchema>;

/** Who is to get the mail. Contacts must be the account's own, and resources work here; a wrong id fails the check. */
export function recipientsOf({ tenant }: Call, ticket: Ticket, check: ReferenceCheck, input: MailInput): string[] {
  const { contacts } = ownedBy(tenant, ticket.accountId);
  const found = [
    ...idsOf(input.ContactIds).map((id) => check.find('EmailNotification.ContactIds', contacts, id)),
    ...idsOf(input.ResourcesIds).map((id) => check.find('EmailNotification.ResourcesIds', tenant.employees, id)),
  ];
  return [...found.flatMap((person) => (person ? [person.email] : [])), ...(input.OtherEmails ?? [])];
}

export function sendMail({ world, act }: Call, ticket: Ticket, to: string[]): void {
  if (to.length > 0) world.mails.push({ at: act.at, ticketId: ticket.id, to });
}

/** Text that is not a number becomes an id that no one has, so that it is refused. */
const idsOf = (list: string | null | undefined) =>
  (list ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
    .map((word) => (/^\d+$/.test(word) ? Number(word) : -1));
