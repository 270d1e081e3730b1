import { z } from 'zod';
import { recordEffect } from '../effects.ts';
import { caseless, readFields, text } from '../fields.ts';
import { empty, notFound, ok } from '../wire.ts';
import type { Route } from './route.ts';

/** A family of its own: ids that are no numbers, and a status without a word for success. */
const schedulerJob: Route = {
  method: 'GET',
  template: '/v2/system/schedulerJobs/{jobId}/status',
  handle({ world, param }) {
    const job = world.schedulerJobs.find(({ id }) => id === param('jobId'));
    if (!job) throw notFound(`Scheduler job ${param('jobId')}`);
    return ok({ name: job.name, reason: null, data: { Processed: String(world.tenant.assets.size) } });
  },
};

const notificationSchema = caseless({
  ...{ KaseyaOneOrganizationId: text.nullish(), Id: text.nullish(), ActionEventType: text.nullish() },
  ...{ Event: z.unknown().optional(), EventType: text.nullish(), AppClientIdentifier: text.nullish() },
  TargetProducts: z.array(text).nullish(),
});

/** A callback between Kaseya's products. It is accepted, answered with nothing, and pages no one. */
const notification: Route = {
  method: 'POST',
  template: '/v2/kaseya-one/tickets/action/notifications',
  handle({ world, act, operation, body }) {
    readFields(notificationSchema, body);
    recordEffect(world.effects, { at: act.at, operation, body });
    return empty;
  },
};

export const platformRoutes: Route[] = [schedulerJob, notification];
