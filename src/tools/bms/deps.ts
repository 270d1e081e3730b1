import type { Bms } from '../../kaseya/bms.ts';
import type { WriteDefaults } from './names.ts';

/** What the tools work with. */
export interface ToolDeps {
  bms: Bms;
  defaults: WriteDefaults;
  /** The tenant's ids in Kaseya One; null where they are not set. */
  kaseyaOne: { organizationId: string; appClientIdentifier: string } | null;
}
