import type { NextId, Random } from '../random.ts';
import { buildContracts, type Contract } from './contracts.ts';
import type { Entry } from './lookups.ts';

export interface Location {
  id: number;
  name: string;
  isMain: boolean;
  phone: string;
}

export interface Contact {
  id: number;
  name: string;
  locationId: number;
  phone: string;
  email: string;
  jobTitle: string;
  isActive: boolean;
}

export interface Account {
  id: number;
  name: string;
  /** Starts the names of its assets. */
  code: string;
  isActive: boolean;
  locations: Location[];
  contacts: Contact[];
  contracts: Contract[];
  /** What BMS shows when the account is opened: one list for each of its three kinds of alert. */
  alerts: [string[], string[], string[]];
  createdOn: string;
}

interface Outline {
  name: string;
  code: string;
  isActive: boolean;
  branch: string;
  contacts: [name: string, jobTitle: string, place?: 'branch'][];
  alert?: string;
}

const outlines: Outline[] = [
  {
    ...{ name: 'Example Dental Ltd', code: 'EXD', isActive: true, branch: 'Harley Street Surgery' },
    contacts: [
      ['Olivia Grant', 'Practice Manager'],
      ['Marcus Bell', 'Dentist'],
    ],
  },
  {
    ...{ name: 'Harbour Logistics', code: 'HBL', isActive: true, branch: 'Dock 4 Warehouse' },
    // Two people share a name: only their locations and addresses differ.
    contacts: [
      ['Jonas Pike', 'Dispatcher'],
      ['Leila Haddad', 'Operations Manager'],
      ['Jonas Pike', 'Warehouse Lead', 'branch'],
    ],
  },
  {
    ...{ name: 'Northgate Legal LLP', code: 'NGL', isActive: true, branch: 'Riverside Office' },
    contacts: [
      ['Priya Raman', 'Managing Partner (VIP)'],
      ['Edward Moss', 'Paralegal'],
      ['Margaret Hale', 'Chief Financial Officer (VIP)'],
    ],
    alert: 'VIP client: call before you change anything on a partner’s machine.',
  },
  {
    ...{ name: 'Cedar Grove Clinic', code: 'CGC', isActive: true, branch: 'West Wing' },
    contacts: [
      ['Hana Sato', 'Receptionist'],
      ['Peter Novak', 'Physician'],
    ],
  },
  {
    ...{ name: 'Millbrook Primary School', code: 'MPS', isActive: true, branch: 'Sports Hall' },
    contacts: [
      ['Grace Adeyemi', 'Head Teacher'],
      ['Colin Frost', 'Teacher'],
    ],
  },
  {
    name: 'Old Mill Bakery',
    code: 'OMB',
    isActive: false,
    branch: 'Market Stall',
    contacts: [
      ['Betty Crane', 'Owner'],
      ['Al Reed', 'Baker'],
    ],
  },
];

/** Customers. Each has a location named "Main", so that a location's name alone finds nothing. */
export function buildAccounts(random: Random, nextId: NextId, slas: readonly Entry[], now: number): Account[] {
  const phone = () => `+44 1632 ${random.int(960_000, 960_999)}`;
  return outlines.map(({ name, code, isActive, branch, contacts, alert }) => {
    const main = { id: nextId(), name: 'Main', isMain: true, phone: phone() };
    const locations = [main, { id: nextId(), name: branch, isMain: false, phone: phone() }];
    const people = contacts.map(([contact, jobTitle, place], index) => ({
      ...{ id: nextId(), name: contact, phone: phone(), jobTitle, isActive: true },
      locationId: (place && locations[1] ? locations[1] : main).id,
      email: `${mailbox(contact, contacts.slice(0, index))}@${code.toLowerCase()}.example`,
    }));
    return {
      ...{ id: nextId(), name, code, isActive, locations, contacts: people },
      contracts: buildContracts(code, slas, nextId, now),
      alerts: [alert ? [alert] : [], [], []],
      createdOn: new Date(now - random.int(300, 2000) * 86_400_000).toISOString(),
    };
  });
}

/** The second of a name gets a 2, as mail systems do it. */
function mailbox(name: string, before: readonly [string, ...unknown[]][]): string {
  const same = before.filter(([other]) => other === name).length;
  return `${name.toLowerCase().replace(' ', '.')}${same === 0 ? '' : same + 1}`;
}
