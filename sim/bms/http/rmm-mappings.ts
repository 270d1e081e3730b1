import { filterOf, pageOf, wordsOf } from '../query.ts';
import { type EntityType, entityTypes, mappingAction } from '../rmm/mappings.ts';
import { errorCodes, ok, paged, Refusal } from '../wire.ts';
import { checkIntegration } from './integration.ts';
import type { Call, Route } from './route.ts';
import { submitArray } from './submit.ts';

const mappingBase = '/v2/rmm/{integrationType}/mappings/{entityType}';

/** Kaseya describes no answer for mappings; this is the envelope that their siblings have. */
const listMappings: Route = {
  method: 'GET',
  template: mappingBase,
  handle(call) {
    checkIntegration(call);
    const filter = filterOf(call.query);
    const [externalIds, psaIds] = [filter.get('ExternalIds'), filter.get('PsaIds')];
    const known = [...(call.world.mappings.get(entityTypeOf(call)) ?? [])]
      .filter(([externalId]) => externalIds === undefined || wordsOf(externalIds).has(externalId.toLowerCase()))
      .filter(([, psaId]) => psaIds === undefined || wordsOf(psaIds).has(String(psaId)))
      .map(([externalId, psaId]) => ({ externalId, psaId }));
    return paged(pageOf(known, call.query), known.length);
  },
};

const changeMappings = (['POST', 'DELETE'] as const).map(
  (method): Route => ({
    method,
    template: mappingBase,
    handle(call) {
      checkIntegration(call);
      return ok({ jobId: submitArray(call, mappingAction(method, mappingBase, entityTypeOf(call))) });
    },
  }),
);

const entityTypeOf = ({ param }: Call): EntityType => {
  const wanted = param('entityType').toLowerCase();
  const found = entityTypes.find((type) => type === wanted);
  if (!found) throw new Refusal(400, errorCodes.unsupported, `There are no mappings of "${param('entityType')}"`);
  return found;
};

export const mappingRoutes: Route[] = [listMappings, ...changeMappings];
