import { notFound } from '../wire.ts';
import type { Call } from './route.ts';

/** The tenant has one RMM, and knows it by one word. */
export function checkIntegration({ tenant, param }: Call): void {
  const wanted = param('integrationType');
  if (wanted.toLowerCase() !== tenant.integrationType.toLowerCase()) throw notFound(`Integration ${wanted}`);
}
