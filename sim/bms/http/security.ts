import { caseless, filledText, readFields, text } from '../fields.ts';
import { isTotp } from '../totp.ts';
import { errorCodes, ok, Refusal } from '../wire.ts';
import type { Route } from './route.ts';

const signInSchema = caseless({
  GrantType: filledText,
  UserName: text.optional(),
  Password: text.optional(),
  Tenant: text.optional(),
  MFACode: text.optional(),
});
const refreshSchema = caseless({ AccessToken: filledText, RefreshToken: text.default('') });

/** An "API Employee" is never asked for an `MFACode`; an employee with a TOTP secret always is. */
const signIn: Route = {
  method: 'POST',
  template: '/v2/security/authenticate',
  handle({ body, tenant, world, state }) {
    const form = readFields(signInSchema, body);
    if (form.GrantType !== 'password') {
      throw new Refusal(400, errorCodes.unsupported, `GrantType "${form.GrantType}" is not supported`);
    }
    const { username, password } = tenant.credentials;
    const isKnown = form.UserName === username && form.Password === password && form.Tenant === tenant.name;
    if (!isKnown) throw new Refusal(401, 1401, 'The user name, password or tenant is wrong');
    const { mfaSecret } = state.options;
    if (mfaSecret !== null && !isTotp(mfaSecret, form.MFACode ?? '', state.now())) {
      throw new Refusal(401, 1402, 'The MFA code is missing or wrong');
    }
    return ok(world.tokens.issue(state.now()));
  },
};

const refresh: Route = {
  method: 'POST',
  template: '/v2/security/refreshtoken',
  handle({ body, world, state }) {
    const { AccessToken, RefreshToken } = readFields(refreshSchema, body);
    const pair = world.tokens.refresh({ accessToken: AccessToken, refreshToken: RefreshToken }, state.now());
    if (!pair) throw new Refusal(401, 1401, 'The refresh token is unknown, used or expired');
    return ok(pair);
  },
};

/** May see and change, and delete nothing. What Kaseya's numbers mean is unknown; these are invented. */
const userAccessRights = [1, 2, 3].map((mainMenuId) => ({
  ...{ canView: true, canModify: true, canDelete: false, mainMenuId, menuCategoryId: 1, listingIDEnum: mainMenuId },
}));

/** Asked before signing in. The tenant has no single sign-on; the answer reveals nothing else about the user. */
const ssoStatus: Route = {
  method: 'GET',
  template: '/v2/security/ssostatus',
  handle({ query }) {
    if (!query.get('Tenant')) {
      throw new Refusal(400, errorCodes.missing, 'Required fields are missing', ['Tenant is required']);
    }
    return ok({ enabled: false, loginEndpointUrl: null });
  },
};

const userInfo: Route = {
  method: 'GET',
  template: '/v2/security/userinfo',
  handle: ({ tenant, act }) =>
    ok({
      ...{ userId: tenant.apiUser.id, fullName: tenant.apiUser.name, emailAddress: tenant.apiUser.email },
      ...{ timeStamp: act.at, timeZoneValue: tenant.timeZone.offset, timeZoneName: tenant.timeZone.name },
      ...{ olsonTimeZoneName: tenant.timeZone.olsonName, dateFormat: 'dd/MM/yyyy', timeFormat: 'HH:mm' },
      ...{ tenantId: tenant.id, businessName: tenant.name, specialFeatures: [], userAccessRights },
      ...{ newTicketingUI: true, isUserSystemAdmin: false, productName: 'BMS' },
    }),
};

/** Reached without a token, by form. */
export const signInRoutes: Route[] = [signIn, refresh, ssoStatus];
export const userRoutes: Route[] = [userInfo];
