import { z } from 'zod';
import { count, positive, required } from '../domain/settings.ts';

/** The key `retentionDays`: how long records are kept. */
export const retentionDaysSchema = count.default(30);

/** The key `incidents`: once `againHours` have passed since its run ended, an open incident takes no new trigger. */
export const incidentsSchema = z.strictObject({ againHours: positive.default(24) }).prefault({});

export const redisEnv = {
  REDIS_URL: required('for example redis://127.0.0.1:6379').regex(
    /^rediss?:\/\//,
    'must start with redis:// or rediss://',
  ),
};
