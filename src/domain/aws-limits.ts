import type { Seconds } from './model.ts';

/** AWS promises new credentials at least five minutes before the old ones expire. */
export const PROMISED_LEAD_TIME: Seconds = 300;

/** The longest validity of temporary credentials: 36 hours (`GetSessionToken`, `GetFederationToken`). */
export const MAX_VALIDITY: Seconds = 36 * 3600;
