/**
 * The three moments of an exchange at which a process can die and leave different things behind: nothing was sent ·
 * it was carried out, but the answer is lost · the answer arrived, and nothing more.
 */
export const moments = ['before', 'after', 'answered'] as const;
export type Moment = (typeof moments)[number];
