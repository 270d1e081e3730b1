import type { Asset, Volume } from '../tenant/assets.ts';
import { byId, named } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';

function ownerOf(tenant: Tenant, asset: Asset) {
  const account = byId(tenant.accounts, asset.accountId);
  return {
    account,
    location: byId(account?.locations ?? [], asset.locationId),
    contact: byId(account?.contacts ?? [], asset.contactId),
    category: named(tenant.categories, asset.kind),
  };
}

/** `HardwareAssetsListSearchSelectOutputDto`; an asset without a contact has contact 0, as the field is not nullable. */
export function assetRow(tenant: Tenant, asset: Asset) {
  const { account, location, contact, category } = ownerOf(tenant, asset);
  return {
    ...{ id: asset.id, assetName: asset.name, serialNumber: asset.serialNumber, ipAddress: asset.ipAddress },
    ...{ categoryId: category.id, categoryName: category.name, locationName: location?.name ?? null },
    ...{ contactId: contact?.id ?? 0, contactName: contact?.name ?? null, machineGroupId: null },
    ...{ accountId: asset.accountId, accountName: account?.name ?? null, isActive: asset.isActive },
  };
}

/** `HardwareAssetOutputDto`, the parts of it that an RMM fills. */
export function assetView(tenant: Tenant, asset: Asset, now: number) {
  const { account, location, contact, category } = ownerOf(tenant, asset);
  const [firstName, ...lastNames] = contact?.name.split(' ') ?? [];
  return {
    ...{ id: asset.id, name: asset.name, accountId: asset.accountId, accountName: account?.name ?? null },
    ...{ accountLocationId: asset.locationId, accountLocation: location?.name ?? null },
    ...{ contactId: contact?.id ?? null, contactFirstName: firstName ?? null },
    contactLastName: lastNames.join(' ') || null,
    ...{ contactEmailAddress: contact?.email ?? null, contactPhoneNumber: contact?.phone ?? null },
    ...{ categoryId: category.id, category: category.name, serialNumber: asset.serialNumber },
    ...{ isActive: asset.isActive, osType: asset.kind === 'Printer' ? null : 'Windows', osInfo: asset.os },
    ...{ ipAddress: asset.ipAddress, macAddress: asset.macAddress, dhcpEnabled: asset.kind === 'Workstation' },
    ...{ winsEnabled: false, currentUser: contact?.email ?? null, agentId: asset.agentId },
    ...{ integrationTypeId: tenant.integrationTypeId, createdOn: asset.createdOn, modifiedOn: asset.modifiedOn },
    ...{ firstCheckIn: asset.createdOn, lastReboot: asset.rebootedAt },
    lastCheckIn: new Date(now - asset.checkInAgoMs).toISOString(),
    diskVolumes: asset.volumes.map(volumeView),
    statuses: [],
  };
}

/** `HardwareAssetDiskVolumeDto`. */
const volumeView = ({ drive, label, freeMb, totalMb }: Volume) => ({
  ...{ drive, label, type: 'Fixed', format: 'NTFS' },
  ...{ freeMBytes: freeMb, usedMBytes: totalMb - freeMb, totalMBytes: totalMb },
});
