import { errorMessage, UpstreamError } from '../domain/errors.ts';
import type { Bms } from '../kaseya/bms.ts';
import { type Finding, failure, good, warning } from './finding.ts';
import type { Heard } from './listen.ts';

/** TOTP codes and token times stand this much. */
const maxSkewMs = 30_000;

/** Signs in. Null when that worked; without it nothing else can be looked at. */
export async function checkSignIn(bms: Bms): Promise<Finding[]> {
  try {
    const user = await bms.session.user();
    const rights = user.userAccessRights ?? [];
    const name = `${user.fullName ?? `user ${user.userId}`} at ${user.businessName ?? 'an unnamed company'}`;
    const canWrite = user.isUserSystemAdmin === true || rights.some(({ canModify }) => canModify);
    return [
      good('sign-in', `as ${name}, time zone ${user.olsonTimeZoneName ?? 'unknown'}`),
      ...(canWrite
        ? [good('permissions', `${rights.length} access rights, some of them to modify`)]
        : [warning('permissions', 'BMS lists no right to modify', "give the user's security role ticket rights")]),
    ];
  } catch (error) {
    return [failure('sign-in', errorMessage(error), wayOut(error))];
  }
}

function wayOut(error: unknown): string {
  const code = error instanceof UpstreamError ? error.code : null;
  if (code === 'network' || code === 'timeout')
    return 'check KASEYA_BASE_URL: us, emea, apac, or the address of your own host';
  if (code === 'unreadable') return 'KASEYA_BASE_URL answers, but is no BMS API: it starts with https://api.';
  return 'check KASEYA_USERNAME, KASEYA_PASSWORD, KASEYA_TENANT (the company name), KASEYA_MFA_SECRET, and the region';
}

/** What BMS's answers said besides: its clock, and whether it tells about its limits. */
export function checkHeaders({ clockSkewMs, limitHeaders }: Heard): Finding[] {
  const seconds = Math.round((clockSkewMs ?? 0) / 1000);
  const clock =
    clockSkewMs === null
      ? warning('clock', 'BMS sends no Date header', 'make sure that this machine keeps its clock (NTP)')
      : Math.abs(clockSkewMs) > maxSkewMs
        ? failure(
            'clock',
            `this machine is ${seconds} s off from BMS`,
            'set the clock (NTP): sign-in codes and tokens depend on it',
          )
        : good('clock', `within ${Math.abs(seconds)} s of BMS`);
  const limits =
    limitHeaders.length > 0
      ? `BMS sends ${limitHeaders.join(', ')}`
      : 'BMS sends no rate-limit headers: the configured limits are what counts';
  return [clock, good('rate limit', limits)];
}

export async function checkIntegration(bms: Bms, integrationType: string): Promise<Finding[]> {
  const check = 'integration';
  try {
    const known = await bms.rmm.integrations();
    const list = known.map(({ type, enabled }) => `${type}${enabled ? '' : ' (disabled)'}`).join(', ') || 'none';
    if (await bms.rmm.isEnabled())
      return [good(check, `"${integrationType}" is enabled; the tenant has types ${list}`)];
    return [failure(check, `"${integrationType}" is not enabled; the tenant has types ${list}`, 'enable it in BMS')];
  } catch (error) {
    const fix = 'check KASEYA_INTEGRATION_TYPE, and that the integration is set up in BMS';
    return [failure(check, `"${integrationType}": ${errorMessage(error)}`, fix)];
  }
}

/** Kaseya's writing helpers are an extra; without them the tools that use them are refused, and nothing else is. */
export async function checkCopilot(bms: Bms): Promise<Finding[]> {
  const check = 'copilot';
  const without = 'nothing to do: summaries are then written by the model itself';
  try {
    const settings = await bms.copilot.settings();
    return settings.some(({ isEnabled }) => isEnabled)
      ? [good(check, 'enabled')]
      : [warning(check, 'not enabled for this tenant', without)];
  } catch (error) {
    return [warning(check, errorMessage(error), without)];
  }
}
