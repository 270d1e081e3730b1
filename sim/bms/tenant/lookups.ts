import type { NextId, Random } from '../random.ts';
import type { Person } from './tenant.ts';

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
}

export interface Lookups {
  priorities: Priority[];
  statuses: Status[];
  queues: Entry[];
  issueTypes: Entry[];
  ticketTypes: Entry[];
  sources: Entry[];
  noteTypes: Entry[];
  categories: Entry[];
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
  ['Resolved', '#27ae60', true, true, true],
  ['Closed', '#7f8c8d', true, true, true],
  ['Awaiting Parts (old)', '#95a5a6', false, false, false],
];

const employees: [name: string, jobTitle: string, isActive: boolean][] = [
  ['Dana Whitfield', 'Service Desk Lead', true],
  ['Tom Okafor', 'Service Desk Technician', true],
  ['Ines Marchetti', 'Network Engineer', true],
  ['Sam Lindqvist', 'Tier 3 Engineer', true],
  ['Rory Blake', 'Service Desk Technician', false],
];

/** The tenant's pick lists. They are drawn in a shuffled order, so that ids say nothing about rank. */
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
    queues: entries(['Service Desk', 'Network', 'Tier 3 Escalation', 'Projects'], ['Field Team (closed)']),
    issueTypes: entries(['Hardware', 'Software', 'Network', 'Backup', 'User Account'], ['Telephony (old)']),
    ticketTypes: entries(['Incident', 'Service Request', 'Alert'], ['Change (old)']),
    sources: entries(['RMM Alert', 'Phone', 'Email', 'Portal'], ['Fax']),
    noteTypes: entries(['General Note', 'Resolution', 'Customer Update', 'Escalation'], ['Site Visit (old)']),
    categories: entries(['Server', 'Workstation', 'Printer']),
    employees: employees.map(([name, jobTitle, isActive]) => ({
      ...{ id: nextId(), name, jobTitle, isActive },
      email: `${name.toLowerCase().replace(' ', '.')}@msp.example`,
    })),
  };
}

function shuffled<T>(list: T[], random: Random): T[] {
  const keyed = list.map((item) => ({ item, key: random.next() }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}
