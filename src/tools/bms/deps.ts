import type { Bms } from '../../kaseya/bms.ts';
import type { WriteDefaults } from './names.ts';

/** What the tools work with. */
export interface ToolDeps {
  bms: Bms;
  defaults: WriteDefaults;
  /** What the tenant is called within Kaseya One; null where it is not set. */
  kaseyaOne: { organizationId: string; appClientIdentifier: string } | null;
}
