import { errorMessage, UpstreamError } from '../domain/errors.ts';
import type { Bms } from '../kaseya/bms.ts';
import { type Finding, failure, good, warning } from './finding.ts';
import type { ResponseHeaders } from './response-headers.ts';

/** TOTP codes and token times tolerate this much. */
const maxSkewMs = 30_000;

/** Signs in. An `error` ends the examination: without a sign-in nothing else can be read. */
export async function checkSignIn(bms: Bms): Promise<Finding[]> {
  try {
    const user = await bms.session.user();
    const rights = user.userAccessRights ?? [];
    const name = `${user.fullName ?? `user ${user.userId}`} at ${user.businessName ?? 'an unnamed company'}`;
    const canWrite = user.isUserSystemAdmin === true || rights.some(({ canModify }) => canModify);
    return [
      good('sign-in', `as ${name}, time zone ${user.olsonTimeZoneName ?? 'unknown'}`),
      ...(canWrite
        ? [good('permissions', `${rights.length} access rights, at least one to modify`)]
        : [warning('permissions', 'BMS lists no right to modify', "give the user's security role ticket rights")]),
    ];
  } catch (error) {
    return [failure('sign-in', errorMessage(error), fixFor(error))];
  }
}

function fixFor(error: unknown): string {
  const code = error instanceof UpstreamError ? error.code : null;
  if (code === 'network' || code === 'timeout')
    return 'check KASEYA_BASE_URL: us, emea, apac, or the address of your own host';
  if (code === 'unreadable')
    return 'KASEYA_BASE_URL answers, but not as a BMS API: the address starts with https://api.';
  return 'check KASEYA_USERNAME, KASEYA_PASSWORD, KASEYA_TENANT (the company name), KASEYA_MFA_SECRET, and the region';
}

/** What the headers of BMS's responses say: its clock, and whether it publishes its limits. */
export function checkHeaders({ clockSkewMs, limitHeaders }: ResponseHeaders): Finding[] {
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
      : 'BMS sends no rate-limit headers: the configured limits apply';
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

/** Kaseya's writing assistant is optional; without it only the tools that use it are refused. */
export async function checkCopilot(bms: Bms): Promise<Finding[]> {
  const check = 'copilot';
  const without = 'nothing to do: the model writes summaries itself';
  try {
    const settings = await bms.copilot.settings();
    return settings.some(({ isEnabled }) => isEnabled)
      ? [good(check, 'enabled')]
      : [warning(check, 'not enabled for this tenant', without)];
  } catch (error) {
    return [warning(check, errorMessage(error), without)];
  }
}
