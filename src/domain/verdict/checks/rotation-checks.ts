import { PROMISED_LEAD_TIME } from '../../aws-limits.ts';
import { lastOf, pairNeighbours } from '../../lists.ts';
import { areOverlapping } from '../../measurement/generations.ts';
import { findEarliestRotationTime } from '../../measurement/rotations.ts';
import { minBy, range } from '../../measurement/statistics.ts';
import type { Seconds } from '../../model.ts';
import { secondsBetween } from '../../time/instant.ts';
import type { SampleChecks } from './check.ts';

/** IMDS rotates about once per hour. A warning before twice that time may be wrong. */
const IMDS_OVERDUE_AGE: Seconds = 7200;

/** A rotation is overdue after this multiple of the longest interval. */
const OVERDUE_RATIO = 1.5;

/** Checks of what the source served and when it rotated. */
export const ROTATION_CHECKS = {
  SERVED_EXPIRED({ sampledMinimum }) {
    if (sampledMinimum.seconds >= 0) return null;
    return { at: sampledMinimum.at, expiredForSeconds: -sampledMinimum.seconds };
  },

  ROTATION_TOO_LATE({ rotations }) {
    const late = rotations.filter(
      ({ isWitnessed, leadTime }) => isWitnessed && leadTime < PROMISED_LEAD_TIME,
    );
    const worst = minBy(late, ({ leadTime }) => leadTime);
    if (worst === null) return null;
    const certain = late.every(
      (each) => secondsBetween(findEarliestRotationTime(each), each.from.expiration) < PROMISED_LEAD_TIME,
    );
    return { count: late.length, leadTimeSeconds: worst.leadTime, at: worst.at, certain };
  },

  ROTATION_OVERDUE(measurement, { identity }) {
    const { generations, rotationInterval, servedPeriods, lastSample } = measurement;
    const newest = lastOf(generations);
    if (measurement.isIssuedPerRequest || newest.lastSeen < lastSample) return null;
    const seenSince = servedPeriods.at(-1)?.from ?? newest.firstSeen;
    const servedSince = Math.min(newest.lastUpdated ?? Number.POSITIVE_INFINITY, seenSince);
    const servedForSeconds = secondsBetween(servedSince, lastSample);
    if (rotationInterval !== null) {
      const limit = Math.ceil(OVERDUE_RATIO * rotationInterval.max);
      return servedForSeconds <= limit
        ? null
        : { servedForSeconds, usualSeconds: rotationInterval.max, learned: true };
    }
    if (identity.source !== 'imds' || servedForSeconds <= IMDS_OVERDUE_AGE) return null;
    return { servedForSeconds, usualSeconds: IMDS_OVERDUE_AGE, learned: false };
  },

  ISSUED_PER_REQUEST({ isIssuedPerRequest, generations }) {
    return isIssuedPerRequest ? { generationCount: generations.length } : null;
  },

  TWO_AT_ONCE({ generations }) {
    const count = pairNeighbours(generations).filter(([from, to]) => areOverlapping(from, to)).length;
    return count === 0 ? null : { count };
  },

  EXPIRATION_EXTENDED({ generations }) {
    const extended = generations.filter(({ expiration, latestExpiration }) => latestExpiration > expiration);
    const extensions = range(
      extended.map(({ expiration, latestExpiration }) => secondsBetween(expiration, latestExpiration)),
    );
    return extensions === null ? null : { count: extended.length, extendedBySeconds: extensions.max };
  },
} satisfies Partial<SampleChecks>;
