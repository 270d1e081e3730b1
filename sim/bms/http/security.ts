import { caseless, filledText, readFields, text } from '../fields.ts';
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

/** The user is an "API Employee": BMS never asks such a user for an `MFACode`. */
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

const userInfo: Route = {
  method: 'GET',
  template: '/v2/security/userinfo',
  handle: ({ tenant, act }) =>
    ok({
      ...{ userId: tenant.apiUser.id, fullName: tenant.apiUser.name, emailAddress: tenant.apiUser.email },
      ...{ timeStamp: act.at, timeZoneValue: 0, timeZoneName: 'UTC', olsonTimeZoneName: 'Etc/UTC' },
      ...{ tenantId: tenant.id, businessName: tenant.name, userAccessRights: [], specialFeatures: [] },
      ...{ newTicketingUI: true, isUserSystemAdmin: false, productName: 'BMS' },
    }),
};

/** Reached without a token, by form. */
export const signInRoutes: Route[] = [signIn, refresh];
export const userRoutes: Route[] = [userInfo];
