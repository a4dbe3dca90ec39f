import type { Seconds } from '../model.ts';

/** A response after this time is late, because most SDKs wait for a second. */
export const LATE_RESPONSE_MS = 1000;

/** AWS promises that new credentials appear at least this long before the old ones expire. */
export const MIN_LEAD_TIME: Seconds = 5 * 60;
