import type { Config } from '../config.ts';
import type { Bms } from '../kaseya/bms.ts';
import { checkAccounts } from './accounts.ts';
import { checkCopilot, checkHeaders, checkIntegration, checkSignIn } from './connection.ts';
import type { Finding } from './finding.ts';
import { type ConfiguredName, checkLookups } from './lookups.ts';
import type { ResponseHeaders } from './response-headers.ts';

type Settings = Pick<Config, 'accounts' | 'defaults' | 'escalation' | 'KASEYA_INTEGRATION_TYPE'>;

/** Checks a tenant before the service is switched on for it. It only reads: about a dozen calls, and one per mapped account. */
export async function examine(bms: Bms, config: Settings, headers: ResponseHeaders): Promise<Finding[]> {
  const signIn = await checkSignIn(bms);
  if (signIn.some(({ level }) => level === 'error')) return signIn;
  const rest = [
    ...(await checkIntegration(bms, config.KASEYA_INTEGRATION_TYPE)),
    ...(await checkLookups(bms, namesIn(config))),
    ...(await checkAccounts(bms, config.accounts)),
    ...(await checkCopilot(bms)),
  ];
  return [...signIn, ...checkHeaders(headers), ...rest];
}

const namesIn = ({ escalation, defaults }: Settings): ConfiguredName[] => [
  { setting: 'escalation.queue', kind: 'queues', name: escalation.queue },
  { setting: 'defaults.noteType', kind: 'noteTypes', name: defaults.noteType },
  { setting: 'defaults.ticketType', kind: 'ticketTypes', name: defaults.ticketType },
  { setting: 'defaults.ticketSource', kind: 'ticketSources', name: defaults.ticketSource },
  { setting: 'defaults.priority', kind: 'priorities', name: defaults.priority },
  { setting: 'defaults.status', kind: 'statuses', name: defaults.status },
];
