import type { InjectOptions } from 'fastify';
import type { Test } from 'tap';
import type { BmsOptions } from '../../../sim/bms/options.ts';
import { createBms } from '../../../sim/bms/server.ts';

export interface Reply {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, read by tests alone
  json: any;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Sim extends ReturnType<typeof createBms> {
  /** Turns the clock on. */
  pass(ms: number): void;
  /** With a token. */
  call(method: Method, url: string, body?: object): Promise<Reply>;
  /** Without one: control, and what needs none. */
  open(options: InjectOptions): Promise<Reply>;
  signIn(): Promise<string>;
  /** The id of the named row of a lookup, by its path below `/v2`. */
  idOf(lookup: string, name: string): Promise<number>;
}

/** A BMS whose clock stands still until a test turns it. Reached by `inject`, no port. */
export function startSim(t: Test, options: Partial<BmsOptions> = {}): Sim {
  let now = Date.parse('2026-11-23T14:00:00Z');
  const bms = createBms({ jobSeconds: { min: 2, max: 2 }, now: () => now, ...options });
  t.teardown(() => bms.app.close());
  let token: string | null = null;

  const open = async (request: InjectOptions): Promise<Reply> => {
    const response = await bms.app.inject(request);
    const isJson = String(response.headers['content-type']).startsWith('application/json');
    const json = isJson ? safeJson(response.payload) : null;
    return { status: response.statusCode, headers: response.headers, text: response.payload, json };
  };

  const sim: Sim = {
    ...bms,
    pass: (ms) => {
      now += ms;
    },
    open,
    async signIn() {
      const { username, password } = bms.state.world.tenant.credentials;
      const form = {
        GrantType: 'password',
        UserName: username,
        Password: password,
        Tenant: bms.state.world.tenant.name,
      };
      const reply = await open(formPost('/v2/security/authenticate', form));
      return String(reply.json.result.accessToken);
    },
    async call(method, url, body) {
      token ??= await sim.signIn();
      const headers = { authorization: `Bearer ${token}` };
      return open({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
    },
    async idOf(lookup, name) {
      const { json } = await sim.call('GET', `/v2/${lookup}`);
      return json.result.find((row: { name: string }) => row.name === name).id;
    },
  };
  return sim;
}

export const formPost = (url: string, form: Record<string, string>): InjectOptions => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: new URLSearchParams(form).toString(),
});

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const rmm = '/v2/rmm/dattormm';
export const tickets = '/v2/servicedesk/tickets';

/** The tickets that the RMM opened, in the order in which they were seeded. */
export const alertTickets = (sim: Sim) => sim.state.ledger().tickets.filter(({ alertRefId }) => alertRefId !== null);
