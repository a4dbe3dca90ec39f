import type { Seconds } from '../model.ts';

/** AWS promises that new credentials appear at least this long before the old ones expire. */
export const MIN_LEAD_TIME: Seconds = 5 * 60;
