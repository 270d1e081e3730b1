import type { Test } from 'tap';
import { type BmsOptions, defaultOptions } from '../../../sim/bms/options.ts';
import { readyLine } from '../../../sim/bms/ready-line.ts';
import { createBms } from '../../../sim/bms/server.ts';
import { type AccountKind, trutoOf } from '../../../sim/truto/account.ts';
import { createTransport, type Transport } from '../../../src/kaseya/transport.ts';
import { createTrutoTransport, type TrutoOptions } from '../../../src/kaseya/truto/transport.ts';
import { openBucket } from '../../helpers/permits.ts';
import { ports } from '../../helpers/ports.ts';

/** A simulated BMS that listens, with clients for each way to it. */
export async function startUpstream(t: Pick<Test, 'teardown'>, options: Partial<BmsOptions> = {}) {
  const { app, state } = createBms({ ...defaultOptions, seed: '3', jobSeconds: { min: 0, max: 0 }, ...options });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const ready = readyLine(app, state);
  const bucket = openBucket();
  const common = { bucket, timeoutMs: 5_000, signal: new AbortController().signal };
  const { url: baseUrl, username, password, tenant } = ready;

  const direct = (): Transport =>
    createTransport({ ...ports, ...common, baseUrl, credentials: { username, password, tenant } });
  const truto = (kind: AccountKind = 'plain', more: Partial<TrutoOptions> = {}) => {
    const { token, accounts } = trutoOf(state);
    const account = { accountId: accounts[kind], operations: {}, catalogueTtlMs: 60_000 };
    return createTrutoTransport({ ...ports, ...common, baseUrl, token, ...account, ...more });
  };
  const fault = (payload: object) => app.inject({ method: 'POST', url: '/__sim/faults', payload });
  return { app, state, ready, bucket, direct, truto, fault };
}
