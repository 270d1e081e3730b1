import type { Tool } from '../tool.ts';
import { assetDeactivateTools } from './asset-deactivate.ts';
import { assetTools } from './assets.ts';
import { copilotTools } from './copilot.ts';
import type { ToolDeps } from './deps.ts';
import { lookupTools } from './lookups.ts';
import { notificationTools } from './notifications.ts';
import { peopleTools } from './people.ts';
import { rmmTools } from './rmm.ts';
import { ticketCreateTools } from './ticket-create.ts';
import { ticketHistoryTools } from './ticket-history.ts';
import { ticketNoteTools } from './ticket-notes.ts';
import { ticketPatchTools } from './ticket-patch.ts';
import { ticketResolveTools } from './ticket-resolve.ts';
import { ticketTools } from './tickets.ts';
import { todoTools } from './todos.ts';

/** Every tool that works on Kaseya BMS. `catalogue.ts` says which of them a run is offered. */
export const createTools = (deps: ToolDeps): Tool[] => [
  ...ticketTools(deps.bms),
  ...ticketHistoryTools(deps.bms),
  ...assetTools(deps.bms),
  ...lookupTools(deps.bms),
  ...peopleTools(deps.bms),
  ...ticketNoteTools(deps),
  ...ticketPatchTools(deps),
  ...ticketResolveTools(deps),
  ...ticketCreateTools(deps),
  ...todoTools(deps),
  ...copilotTools(deps),
  ...notificationTools(deps),
  ...assetDeactivateTools(deps),
  ...rmmTools(deps.bms),
];
