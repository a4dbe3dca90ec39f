import { valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { Measurement } from '../../measurement/measurement.ts';
import type { Instant, IssuedCredentials } from '../../model.ts';

/** The smallest expiration ever stated for this key: a source may state a later one. */
export function findEarliestExpiration(
  { accessKeyId, expiration }: IssuedCredentials,
  measurement: Measurement | null,
): Instant {
  // Without a key id, the expiration identifies the credentials.
  if (measurement === null || accessKeyId === '') return expiration;
  const { generations } = getHistoryColumns(measurement);
  const index = [...generations.accessKeyIds].indexOf(accessKeyId);
  return index < 0 ? expiration : Math.min(expiration, valueAt(generations.expiration, index));
}
