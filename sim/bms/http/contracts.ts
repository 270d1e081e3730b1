import { booleanOf, contains, wholeNumber } from '../query.ts';
import { ok } from '../wire.ts';
import type { Route } from './route.ts';

/** Takes its filters under their bare names. */
export const contractsRoute: Route = {
  method: 'GET',
  template: '/v2/finance/contracts/lookup',
  handle({ tenant, query, state }) {
    const accountId = wholeNumber(query, 'AccountId');
    const withExpired = !(booleanOf(query, 'ExcludeExpiredContracts') ?? false);
    const found = tenant.accounts
      .filter(({ id }) => accountId === undefined || id === accountId)
      .flatMap((one) => one.contracts)
      .filter(({ name }) => contains(name, query.get('Name') ?? ''))
      .filter(({ endDate }) => withExpired || Date.parse(endDate) > state.now());
    return ok(
      found.map(({ id, name, isDefault, isActive, sla, endDate }) => ({
        ...{ id, name, isDefault, slaId: sla.id, slaName: sla.name, isActive, endDate },
      })),
    );
  },
};
