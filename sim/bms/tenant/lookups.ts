import type { NextId, Random } from '../random.ts';
import type { Person } from './person.ts';

export interface Entry {
  id: number;
  name: string;
  isActive: boolean;
  isDefault: boolean;
}

export interface Priority extends Entry {
  color: string;
  /** Hours until a first answer, and until the ticket should be resolved. */
  goals: { respond: number; resolve: number };
}

export interface Status extends Entry {
  color: string;
  order: number;
  isSystem: boolean;
  /** A ticket in this status counts as done. */
  completes: boolean;
}

export interface Employee extends Person {
  isActive: boolean;
  jobTitle: string;
  roles: Entry[];
}

export interface Queue extends Entry {
  /** Employees who watch the queue; a ticket in a queue without any is seen by no one. */
  memberIds: number[];
}

/** Two levels: a subtype means something only below its own issue type. */
export interface IssueType extends Entry {
  subTypes: Entry[];
}

export interface Lookups {
  priorities: Priority[];
  statuses: Status[];
  queues: Queue[];
  issueTypes: IssueType[];
  ticketTypes: Entry[];
  sources: Entry[];
  noteTypes: Entry[];
  categories: Entry[];
  slas: Entry[];
  workTypes: Entry[];
  roles: Entry[];
  contactTypes: Entry[];
  employees: Employee[];
}

type Priorities = [name: string, color: string, respond: number, resolve: number][];
const priorities: Priorities = [
  ['Critical', '#c0392b', 0.5, 4],
  ['High', '#e67e22', 1, 8],
  ['Medium', '#f1c40f', 4, 24],
  ['Low', '#27ae60', 8, 72],
];

type Statuses = [name: string, color: string, isSystem: boolean, completes: boolean, isActive: boolean][];
const statuses: Statuses = [
  ['New', '#2980b9', true, false, true],
  ['In Progress', '#16a085', false, false, true],
  ['Waiting', '#8e44ad', false, false, true],
  // No ticket uses it.
  ['On Hold', '#d35400', false, false, true],
  ['Resolved', '#27ae60', true, true, true],
  ['Closed', '#7f8c8d', true, true, true],
  ['Awaiting Parts (old)', '#95a5a6', false, false, false],
  ['Escalated', '#95a5a6', false, false, false],
];

/** Traps among the queues: an inactive "Tier 3", two "Network" that differ in case and a space, and a queue without members. */
const queues: [name: string, isActive: boolean, hasMembers: boolean][] = [
  ['Service Desk', true, true],
  ['Network', true, true],
  ['network ', true, true],
  ['Tier 3 Escalation', true, true],
  ['Tier 3', false, true],
  ['Projects', true, true],
  ['Weekend Rota', true, false],
  ['Field Team (closed)', false, true],
];

/** "Software" is there twice, and both are active: the name alone is ambiguous. */
const issueTypes: [name: string, isActive: boolean, subTypes: string[]][] = [
  ['Hardware', true, ['Disk', 'Memory', 'Printer', 'Other']],
  ['Software', true, ['Operating System', 'Office', 'Line of Business', 'Other']],
  ['Software', true, []],
  ['Network', true, ['Wi-Fi', 'VPN', 'Firewall', 'Other']],
  ['Backup', true, ['Failed Job', 'Restore', 'Other']],
  ['User Account', true, ['Joiner', 'Leaver', 'Password', 'Other']],
  ['Telephony (old)', false, ['Handset']],
];

const employees: [name: string, jobTitle: string, isActive: boolean][] = [
  ['Dana Whitfield', 'Service Desk Lead', true],
  ['Tom Okafor', 'Service Desk Technician', true],
  ['Ines Marchetti', 'Network Engineer', true],
  ['Sam Lindqvist', 'Tier 3 Engineer', true],
  ['Rory Blake', 'Service Desk Technician', false],
];

/** The tenant's pick lists. Some entries are unused, double or no longer active, as in any grown tenant. They are drawn in a shuffled order, so that ids say nothing about rank. */
export function buildLookups(random: Random, nextId: NextId): Lookups {
  const entries = (active: string[], inactive: string[] = []): Entry[] =>
    shuffled(
      [...active, ...inactive].map((name) => ({
        id: nextId(),
        name,
        isActive: active.includes(name),
        isDefault: name === active[0],
      })),
      random,
    );
  const entry = (name: string, isActive = true): Entry => ({ id: nextId(), name, isActive, isDefault: false });
  const roles = entries(['Technician', 'Engineer', 'Dispatcher']);
  const staff = employees.map(([name, jobTitle, isActive]) => ({
    ...{ id: nextId(), name, jobTitle, isActive, roles: roles.slice(0, 2) },
    email: `${name.toLowerCase().replace(' ', '.')}@msp.example`,
  }));
  const memberIds = staff.filter(({ isActive }) => isActive).map(({ id }) => id);
  return {
    priorities: shuffled(
      priorities.map(([name, color, respond, resolve]) => ({
        ...{ id: nextId(), name, color, isActive: true, isDefault: name === 'Medium' },
        goals: { respond, resolve },
      })),
      random,
    ),
    statuses: statuses.map(([name, color, isSystem, completes, isActive], order) => ({
      ...{ id: nextId(), name, color, isSystem, completes, isActive, isDefault: order === 0 },
      order: order + 1,
    })),
    queues: shuffled(
      queues.map(([name, isActive, hasMembers]) => ({
        ...{ ...entry(name, isActive), isDefault: name === 'Service Desk' },
        memberIds: hasMembers ? memberIds : [],
      })),
      random,
    ),
    issueTypes: shuffled(
      issueTypes.map(([name, isActive, subTypes]) => ({
        ...entry(name, isActive),
        subTypes: subTypes.map((subType) => entry(subType)),
      })),
      random,
    ),
    ticketTypes: entries(['Incident', 'Service Request', 'Alert'], ['Change (old)']),
    sources: entries(['RMM Alert', 'Phone', 'Email', 'Portal', 'Legacy Import'], ['Fax']),
    noteTypes: entries(
      ['General Note', 'Resolution', 'Customer Update', 'Escalation'],
      ['Site Visit (old)', 'Escalation (old)'],
    ),
    categories: entries(['Server', 'Workstation', 'Printer']),
    slas: entries(['Standard', 'Premium'], ['Four Hours (old)']),
    workTypes: entries(['Remote Support', 'On-site Support'], ['Travel (old)']),
    roles,
    contactTypes: entries(['End User', 'Decision Maker']),
    employees: staff,
  };
}

function shuffled<T>(list: T[], random: Random): T[] {
  const keyed = list.map((item) => ({ item, key: random.next() }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}
