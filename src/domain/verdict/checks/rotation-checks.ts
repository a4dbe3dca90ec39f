import { PROMISED_LEAD_TIME } from '../../aws-limits.ts';
import { valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import { countFalse } from '../../measurement/columns/key-ids.ts';
import { computeMaxLeadTimeAt } from '../../measurement/rotations.ts';
import { secondsBetween } from '../../time/instant.ts';
import type { SampleChecks } from '../series-analysis.ts';
import { findOverdueLimit } from './overdue.ts';

/** Checks of what the source served and when it rotated. */
export const ROTATION_CHECKS = {
  SIMULATED_CREDENTIALS(measurement) {
    const { generations } = getHistoryColumns(measurement);
    const count = countFalse(generations.accessKeyIds);
    return count === 0 ? null : { count, generationCount: generations.count };
  },

  SERVED_EXPIRED({ sampledMinimum }) {
    if (sampledMinimum.seconds >= 0) return null;
    return { at: sampledMinimum.at, expiredForSeconds: -sampledMinimum.seconds };
  },

  ROTATION_TOO_LATE(measurement) {
    const { generations, rotations } = getHistoryColumns(measurement);
    const { isWitnessed, leadTime, at } = rotations;
    let [count, worst, certain] = [0, -1, true];
    for (let index = 0; index < rotations.count; index += 1) {
      if (isWitnessed[index] !== 1 || valueAt(leadTime, index) >= PROMISED_LEAD_TIME) continue;
      count += 1;
      if (worst < 0 || valueAt(leadTime, index) < valueAt(leadTime, worst)) worst = index;
      certain &&= computeMaxLeadTimeAt(generations, rotations, index) < PROMISED_LEAD_TIME;
    }
    if (worst < 0) return null;
    const leadTimeSeconds = valueAt(leadTime, worst);
    return {
      count,
      leadTimeSeconds,
      maxLeadTimeSeconds: Math.max(leadTimeSeconds, computeMaxLeadTimeAt(generations, rotations, worst)),
      at: valueAt(at, worst),
      certain,
    };
  },

  ROTATION_OVERDUE(measurement, { identity }) {
    const overdue = findOverdueLimit(measurement, identity.source);
    if (overdue === null) return null;
    const { servedSince, limitSeconds, usualSeconds, learned } = overdue;
    const servedForSeconds = secondsBetween(servedSince, measurement.lastSample);
    return servedForSeconds <= limitSeconds ? null : { servedForSeconds, usualSeconds, learned };
  },

  DURATIONS_MIXED({ areDurationsMixed, validityWhenIssued }) {
    if (!areDurationsMixed || validityWhenIssued === null) return null;
    return { shortestSeconds: validityWhenIssued.min, longestSeconds: validityWhenIssued.max };
  },

  ISSUED_PER_REQUEST(measurement) {
    const { generations } = getHistoryColumns(measurement);
    return measurement.isIssuedPerRequest ? { generationCount: generations.count } : null;
  },

  TWO_AT_ONCE({ severalEndpoints }) {
    return severalEndpoints === null
      ? null
      : { count: severalEndpoints.overlaps + severalEndpoints.reversals };
  },

  LEAD_TIMES_SHRINK({ leadTimeTrend }) {
    return leadTimeTrend === null ? null : { shrinkingPerDaySeconds: leadTimeTrend.shrinkingPerDay };
  },

  EXPIRATION_EXTENDED(measurement) {
    const { expiration, latestExpiration } = getHistoryColumns(measurement).generations;
    let [count, longest] = [0, 0];
    for (let index = 0; index < expiration.length; index += 1) {
      const extension = valueAt(latestExpiration, index) - valueAt(expiration, index);
      if (!(extension > 0)) continue;
      count += 1;
      longest = Math.max(longest, extension);
    }
    return count === 0 ? null : { count, extendedBySeconds: Math.floor(longest / 1000) };
  },
} satisfies Partial<SampleChecks>;
