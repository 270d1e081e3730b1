import { mainOf } from './tenant/assets.ts';
import { named } from './tenant/named.ts';
import { generalNote, type Tenant } from './tenant/tenant.ts';
import { addNote, createTicket, type Sequence, type Ticket } from './ticket.ts';

interface Outline {
  account: string;
  contact: string;
  title: string;
  details: string;
  priority: string;
  source: string;
  status: string;
  asset?: string;
  issueType?: [name: string, subType: string];
  minutesAgo: number;
  notes: [author: string, details: string][];
  /** Minutes between two notes. */
  noteEvery?: number;
}

const outlines: Outline[] = [
  {
    ...{ account: 'Northgate Legal LLP', contact: 'Priya Raman', priority: 'High', source: 'Phone' },
    ...{ status: 'In Progress', asset: 'NGL-LT01', minutesAgo: 400 },
    title: 'VIP: mail on the managing director’s laptop stops syncing',
    details: 'Priya Raman (managing partner, VIP) gets no new mail since this morning.',
    notes: [
      ['Dana Whitfield', 'Called Priya; profile repair started.'],
      ['Tom Okafor', 'Repair finished, mail still late. Asked for a mailbox trace.'],
      ['Ines Marchetti', 'Trace shows a throttled connector. Handle with care: court deadline tomorrow.'],
    ],
  },
  {
    ...{ account: 'Northgate Legal LLP', contact: 'Margaret Hale', priority: 'Critical', source: 'Phone' },
    ...{ status: 'In Progress', asset: 'NGL-LT02', minutesAgo: 45 * 1440, noteEvery: 1800 },
    title: 'CFO: month-end export from the accounts package fails',
    details: 'Margaret Hale (CFO, VIP): since the update the export stops half way through, for the third month now.',
    notes: exportNotes(),
  },
  {
    ...{ account: 'Example Dental Ltd', contact: 'Olivia Grant', priority: 'Low', source: 'Email' },
    ...{ status: 'New', asset: 'EXD-PRN01', minutesAgo: 150, notes: [] },
    title: 'Printer at reception prints blank pages',
    details: 'The printer EXD-PRN01 prints blank pages since the toner was changed.',
  },
  {
    ...{ account: 'Harbour Logistics', contact: 'Leila Haddad', priority: 'Medium', source: 'Portal' },
    ...{ status: 'Closed', minutesAgo: 3000, notes: [['Tom Okafor', 'Password reset, confirmed by phone.']] },
    title: 'Password reset for the night shift',
    details: 'The night shift’s shared account is locked.',
  },
  ...leaverTickets(),
];

/** 34 of them, so that one page does not hold them; what matters most stands in the middle and near the end. */
function exportNotes(): Outline['notes'] {
  const written = new Map<number, Outline['notes'][number]>([
    [0, ['Dana Whitfield', 'Margaret wants to be called, never mailed, about this.']],
    [
      11,
      ['Ines Marchetti', 'The vendor confirms a fault in 11.4. Do not reinstall: its licence is bound to this laptop.'],
    ],
    [27, ['Sam Lindqvist', 'The vendor’s hotfix 11.4.2 is tested. May go in only after month-end close, on her word.']],
    [33, ['Sam Lindqvist', 'Margaret asks to wait until Friday.']],
  ]);
  return Array.from(
    { length: 34 },
    (_, index) => written.get(index) ?? ['Tom Okafor', `Export tried, run ${index}: stops.`],
  );
}

/** A teacher leaves: he has tickets and a laptop, and another person has a ticket on the same laptop. */
function leaverTickets(): Outline[] {
  const school = { account: 'Millbrook Primary School', status: 'New', notes: [] };
  const leaver = { ...school, contact: 'Colin Frost', priority: 'Low' };
  return [
    {
      ...{ ...school, contact: 'Grace Adeyemi', priority: 'Medium', source: 'Email', minutesAgo: 300 },
      issueType: ['User Account', 'Leaver'],
      title: 'Offboarding: Colin Frost leaves on Friday',
      details: 'Colin’s last day is Friday. His account is to be closed and MPS-LT02 to come back. His classes go on.',
    },
    {
      ...{ ...leaver, source: 'Portal', asset: 'MPS-LT02', minutesAgo: 4000 },
      title: 'Projector is not found by my laptop',
      details: 'MPS-LT02 shows no second screen in room 4.',
    },
    {
      ...{ ...leaver, source: 'Portal', asset: 'MPS-LT02', minutesAgo: 2600 },
      issueType: ['Hardware', 'Other'],
      title: 'Battery of MPS-LT02 lasts an hour',
      details: 'I need the charger in every lesson.',
    },
    {
      ...{ ...leaver, source: 'Phone', minutesAgo: 900 },
      title: 'Shared drive with lesson plans is missing',
      details: 'Drive P: is gone since Monday.',
    },
    {
      ...{ ...school, contact: 'Grace Adeyemi', priority: 'High', source: 'Phone', asset: 'MPS-LT02', minutesAgo: 120 },
      title: 'Exam software on MPS-LT02 must run on Thursday',
      details: 'The exam on Thursday is held on Colin’s laptop, whoever teaches.',
    },
  ];
}

/** What people have opened; nothing of it came from an alert. */
export function peopleTickets(tenant: Tenant, sequence: Sequence, ago: (minutes: number) => string): Ticket[] {
  return outlines.map((outline) => {
    const ticket = ticketOf(tenant, sequence, outline, ago);
    const { notes, minutesAgo, noteEvery = 20 } = outline;
    notes.forEach(([author, text], index) => {
      const note = { id: sequence.noteId(), details: text, isInternal: true, type: generalNote(tenant) };
      const at = ago(minutesAgo - noteEvery * (index + 1));
      addNote(ticket, note, { by: named(tenant.employees, author), at });
    });
    return ticket;
  });
}

function ticketOf(tenant: Tenant, sequence: Sequence, outline: Outline, ago: (minutes: number) => string): Ticket {
  const { title, details, asset, minutesAgo, issueType: [issueName, subName] = [], ...names } = outline;
  const account = named(tenant.accounts, names.account);
  const issueType = issueName === undefined ? null : named(tenant.issueTypes, issueName);
  const contract = account.contracts.find(({ isDefault }) => isDefault);
  const draft = {
    ...{ title, details, accountId: account.id, locationId: mainOf(account) },
    contactId: named(account.contacts, names.contact).id,
    assetId: asset === undefined ? null : named([...tenant.assets.values()], asset).id,
    ...{ issueTypeId: issueType?.id ?? null, contractId: contract?.id ?? null, slaId: contract?.sla.id ?? null },
    subIssueTypeId: issueType?.subTypes.find(({ name }) => name === subName)?.id ?? null,
    status: named(tenant.statuses, names.status),
    priority: named(tenant.priorities, names.priority),
    queue: named(tenant.queues, 'Service Desk'),
    type: named(tenant.ticketTypes, 'Service Request'),
    source: named(tenant.sources, names.source),
  };
  const dispatcher = named(tenant.employees, 'Dana Whitfield');
  return createTicket(draft, sequence, { by: dispatcher, at: ago(minutesAgo) });
}
