import { valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { Measurement } from '../../measurement/measurement.ts';
import { computeMaxLeadTimeAt } from '../../measurement/rotations.ts';
import type { Seconds } from '../../model.ts';

/**
 * Whether the worst case is too short only because rotations count with the end of their windows: all credentials
 * could have lasted long enough. More frequent polls make the windows narrower, and may give another verdict.
 */
export function isShortOnlyByWindows(measurement: Measurement, required: Seconds): boolean {
  const { worstCase, sampledMinimum, severalEndpoints, isIssuedPerRequest } = measurement;
  if (isIssuedPerRequest || severalEndpoints !== null) return false;
  if (worstCase.seconds >= required || sampledMinimum.seconds < required) return false;
  const { generations, rotations } = getHistoryColumns(measurement);
  for (let index = 0; index < rotations.count; index += 1) {
    if (valueAt(rotations.isWitnessed, index) !== 1) continue;
    const isLong = valueAt(rotations.leadTime, index) >= required;
    if (!isLong && computeMaxLeadTimeAt(generations, rotations, index) < required) return false;
  }
  return true;
}
