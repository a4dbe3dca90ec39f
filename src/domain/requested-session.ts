import { MAX_CHAINED_SESSION } from './aws-limits.ts';
import { valueAt } from './measurement/columns/column.ts';
import { getHistoryColumns } from './measurement/columns/column-measurement.ts';
import { DURATION_TOLERANCE } from './measurement/issued-per-request.ts';
import type { Measurement, ValidityRange } from './measurement/measurement.ts';
import { range } from './measurement/statistics.ts';
import type { Seconds } from './model.ts';
import { secondsBetween } from './time/instant.ts';

/** The session for which a poll asks AWS. Its credentials are issued for the poll. */
export interface RequestedSession {
  /** The default of AWS if none is set. Null: an administrator sets the duration, as in IAM Identity Center. */
  durationSeconds: Seconds | null;
  /** Credentials of a role assume the role, so AWS limits the session to one hour. */
  isChained: boolean;
}

/** The longest validity that AWS gives the session. Null if only AWS knows it. */
const findLongestValidity = ({ durationSeconds, isChained }: RequestedSession): Seconds | null =>
  isChained ? Math.min(durationSeconds ?? MAX_CHAINED_SESSION, MAX_CHAINED_SESSION) : durationSeconds;

/** Some time passes between the request and the start, so the whole duration is never left. */
export function isSessionTooShort(session: RequestedSession, required: Seconds): boolean {
  const longest = findLongestValidity(session);
  return longest !== null && required >= longest;
}

/** False if the credentials were requested for another duration. AWS gives exactly the requested one. */
export const hasRequestedValidity = (validity: Seconds, session: RequestedSession | null): boolean =>
  session === null ||
  session.durationSeconds === null ||
  Math.abs(validity - session.durationSeconds) <= DURATION_TOLERANCE;

/** The validities of the samples that were requested for the same duration. Null without such a sample. */
export function findRequestedValidity(
  measurement: Measurement,
  session: RequestedSession,
): ValidityRange | null {
  const { firstSeen, expiration } = getHistoryColumns(measurement).generations;
  const validities = Array.from(firstSeen, (seen, index) => secondsBetween(seen, valueAt(expiration, index)));
  return range(validities.filter((validity) => hasRequestedValidity(validity, session)));
}
