import type { NextId, Random } from '../random.ts';

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
}

export interface Account {
  id: number;
  name: string;
  /** Starts the names of its assets. */
  code: string;
  isActive: boolean;
  locations: Location[];
  contacts: Contact[];
}

interface Outline {
  name: string;
  code: string;
  isActive: boolean;
  branch: string;
  contacts: string[];
}

const outlines: Outline[] = [
  {
    ...{ name: 'Example Dental Ltd', code: 'EXD', isActive: true, branch: 'Harley Street Surgery' },
    contacts: ['Olivia Grant', 'Marcus Bell'],
  },
  {
    ...{ name: 'Harbour Logistics', code: 'HBL', isActive: true, branch: 'Dock 4 Warehouse' },
    contacts: ['Jonas Pike', 'Leila Haddad'],
  },
  {
    ...{ name: 'Northgate Legal LLP', code: 'NGL', isActive: true, branch: 'Riverside Office' },
    contacts: ['Priya Raman', 'Edward Moss'],
  },
  {
    ...{ name: 'Cedar Grove Clinic', code: 'CGC', isActive: true, branch: 'West Wing' },
    contacts: ['Hana Sato', 'Peter Novak'],
  },
  {
    ...{ name: 'Millbrook Primary School', code: 'MPS', isActive: true, branch: 'Sports Hall' },
    contacts: ['Grace Adeyemi', 'Colin Frost'],
  },
  {
    name: 'Old Mill Bakery',
    code: 'OMB',
    isActive: false,
    branch: 'Market Stall',
    contacts: ['Betty Crane', 'Al Reed'],
  },
];

/** Customers. Each has a location named "Main", so that a location's name alone finds nothing. */
export function buildAccounts(random: Random, nextId: NextId): Account[] {
  const phone = () => `+44 1632 ${random.int(960_000, 960_999)}`;
  return outlines.map(({ name, code, isActive, branch, contacts }) => {
    const main = { id: nextId(), name: 'Main', isMain: true, phone: phone() };
    const locations = [main, { id: nextId(), name: branch, isMain: false, phone: phone() }];
    return {
      ...{ id: nextId(), name, code, isActive, locations },
      contacts: contacts.map((contact) => ({
        ...{ id: nextId(), name: contact, locationId: main.id, phone: phone() },
        email: `${contact.toLowerCase().replace(' ', '.')}@${code.toLowerCase()}.example`,
      })),
    };
  });
}
