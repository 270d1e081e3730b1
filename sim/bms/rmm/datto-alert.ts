import { caseless, filledText, readFields, text } from '../fields.ts';
import { fileTicket } from '../file-ticket.ts';
import { rmmDefaults } from '../seed-tickets.ts';
import { type Asset, mainOf } from '../tenant/assets.ts';
import { createTicket, touch } from '../ticket.ts';
import type { World } from '../world.ts';
import { type Row, RowFailure } from './row.ts';
import { type RowAction, ticketOfAlert } from './row-action.ts';

/** `DattoRMMAlertInputDto`: one alert, not an array. Nothing in it is required by the description. */
const alertSchema = caseless({
  ...{ DeviceUid: text.nullish(), DeviceHostname: text.nullish(), SiteUid: text.nullish(), SiteName: text.nullish() },
  ...{ AlertUid: filledText, Alert: text.nullish(), AlertMessage: text.nullish() },
  ...{ Criticality: text.nullish(), MonitorType: text.nullish() },
});

export const dattoAlerts: Omit<RowAction, 'readRows'> = {
  ...{ method: 'POST', template: '/v2/rmm/dattormm/alerts', family: 'tickets', actionType: 9 },
};

/** A first alert opens a ticket, each further one counts on it. */
export function dattoAlertRow(body: unknown, world: World): Row {
  const alert = readFields(alertSchema, body);
  const alertRefId = alert.AlertUid;
  return {
    ...{ transactionId: null, alertRefId, assetId: null, body },
    apply(act) {
      const open = ticketOfAlert(world, alertRefId);
      if (open?.completedDate === null) {
        open.occurrenceCount += 1;
        open.lastOccurrenceDate = act.at;
        touch(open, act);
        return { message: 'Counted', ticket: open };
      }
      const { asset, account } = deviceOf(world, alert);
      const title = alert.Alert?.trim() || alert.MonitorType?.trim() || 'Alert';
      const draft = {
        ...{ title, details: alert.AlertMessage ?? '', alertRefId, accountId: account.id },
        ...{ locationId: asset?.locationId ?? mainOf(account), assetId: asset?.id ?? null },
        ...rmmDefaults(world.tenant),
      };
      const ticket = createTicket(draft, world.sequence, act);
      fileTicket(world, ticket);
      return { message: 'Created', ticket };
    },
  };
}

interface Device {
  DeviceUid?: string | null | undefined;
  DeviceHostname?: string | null | undefined;
  SiteName?: string | null | undefined;
}

/** A device is known by its agent; a host name counts only within the site that was named. */
function deviceOf({ tenant }: World, { DeviceUid, DeviceHostname, SiteName }: Device) {
  const assets = [...tenant.assets.values()];
  const byAgent = assets.find(({ agentId }) => agentId === DeviceUid);
  const account = tenant.accounts.find((one) =>
    byAgent ? one.id === byAgent.accountId : sameText(one.name, SiteName),
  );
  if (!account?.isActive) throw new RowFailure(`No active account matches the site "${SiteName ?? ''}"`);
  const inSite = (asset: Asset) => asset.accountId === account.id && sameText(asset.name, DeviceHostname);
  return { account, asset: byAgent ?? assets.find(inSite) ?? null };
}

const sameText = (text: string, wanted: string | null | undefined) =>
  text.toLowerCase() === wanted?.trim().toLowerCase();
