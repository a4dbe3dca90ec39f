import type { Instant, Seconds } from './model.ts';

/** AWS promises new credentials at least five minutes before the old ones expire. */
export const PROMISED_LEAD_TIME: Seconds = 300;

/** The longest validity of temporary credentials: 36 hours (`GetSessionToken`, `GetFederationToken`). */
export const MAX_VALIDITY: Seconds = 36 * 3600;

/** SDKs cannot parse a year of more than four digits. */
export const END_OF_YEAR_9999: Instant = Date.UTC(10_000, 0);

/** The session of a role for which no duration is requested. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const DEFAULT_ROLE_SESSION: Seconds = 3600;

/** The longest session of a role that is assumed with the credentials of a role (role chaining). Same page. */
export const MAX_CHAINED_SESSION: Seconds = 3600;

/** The largest maximum session duration that a role can have. Same page. */
export const MAX_ROLE_SESSION: Seconds = 12 * 3600;

/** The longest validity that was published for credentials of an endpoint when they were issued: hourly logs of 2015. */
export const LONGEST_ENDPOINT_VALIDITY: Seconds = 23_614;

/** The longest duration that S3 accepts for a presigned URL with Signature Version 4. */
export const MAX_PRESIGN_DURATION: Seconds = 604_800;

/** AWS rejects requests whose signing time differs from its clock by more than this. S3 accepts 15 minutes. */
export const MAX_REQUEST_SKEW: Seconds = 300;

/** A signing time that is further ahead of AWS's clock is rejected. */
export const MAX_SIGNING_SKEW: Seconds = 900;

/** Whether AWS rejects requests that the host signs. */
export const isClockWrong = (clockOffset: Seconds | null): clockOffset is Seconds =>
  clockOffset !== null && Math.abs(clockOffset) > MAX_REQUEST_SKEW;

/** The clock of a correct host can be slow by the skew that AWS tolerates. A longer validity has another reason. */
export const LONGEST_PLAUSIBLE_VALIDITY: Seconds = LONGEST_ENDPOINT_VALIDITY + MAX_REQUEST_SKEW;

/** No role has credentials that seem valid for longer, also by a clock that is slow by this skew. */
export const IMPOSSIBLE_ROLE_VALIDITY: Seconds = MAX_ROLE_SESSION + MAX_REQUEST_SKEW;
