import type { Tool } from '../tool.ts';
import { assetDeactivateTools } from './asset-deactivate.ts';
import { assetTools } from './assets.ts';
import { copilotTools } from './copilot.ts';
import type { ToolParts } from './deps.ts';
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

/** Every tool that works on Kaseya BMS. Which of them a run is offered is told in `sets.ts`. */
export const createTools = (parts: ToolParts): Tool[] => [
  ...ticketTools(parts.bms),
  ...ticketHistoryTools(parts.bms),
  ...assetTools(parts.bms),
  ...lookupTools(parts.bms),
  ...peopleTools(parts.bms),
  ...ticketNoteTools(parts),
  ...ticketPatchTools(parts),
  ...ticketResolveTools(parts),
  ...ticketCreateTools(parts),
  ...todoTools(parts),
  ...copilotTools(parts),
  ...notificationTools(parts),
  ...assetDeactivateTools(parts),
  ...rmmTools(parts.bms),
];
