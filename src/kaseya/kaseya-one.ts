import type { Transport } from './transport.ts';

const template = '/v2/kaseya-one/tickets/action/notifications';

/** Source: Kaseya's OpenAPI, which does not say what the fields mean. */
export interface ActionNotification {
  organizationId: string;
  appClientIdentifier: string;
  id: string;
  /** Any object: Kaseya's OpenAPI leaves it open. */
  event: Readonly<Record<string, unknown>>;
  actionEventType: string;
  eventType: string;
  targetProducts: readonly string[];
}

export interface KaseyaOne {
  /** A callback from product to product within Kaseya One. It pages no one, and its answer is empty. */
  notify(notification: ActionNotification): Promise<void>;
}

export const createKaseyaOne = (transport: Transport): KaseyaOne => ({
  async notify({ organizationId, appClientIdentifier, id, event, actionEventType, eventType, targetProducts }) {
    const body = {
      KaseyaOneOrganizationId: organizationId,
      AppClientIdentifier: appClientIdentifier,
      Id: id,
      ActionEventType: actionEventType,
      Event: event,
      EventType: eventType,
      TargetProducts: targetProducts,
    };
    await transport.call({ method: 'POST', template, body });
  },
});
