import { findOrder, valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import { selectItems } from '../measurement/columns/generation-columns.ts';
import type { ServedColumns } from '../measurement/columns/served-columns.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { listWitnessed, type WitnessedRotations } from '../measurement/trend.ts';
import type { Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { computeMinRotations } from './confidence.ts';

/** What the measured history says about the next rotation, the next day and a random start. */
export interface Evidence {
  /** Witnessed rotations, or samples if credentials are issued per request. */
  observations: number;
  /**
   * At most this chance that the next rotation has a shorter lead time than all measured ones, 0 to 1. For
   * credentials per request: that the next request gets a shorter validity. Null without an observation, and if
   * other facts tell more than the number of rotations: see {@link isShortestNow}, and a trend.
   */
  nextRotationChance: number | null;
  /** Of the newest half of the rotations: how many had a shorter lead time than all rotations before. */
  recentRecords: { records: number; rotations: number };
  /** UTC days with at least 95 % of their time watched. */
  watchedDays: number;
  /** At most this chance that the next day is worse than all watched days. Null as above, and with fewer than two days. */
  nextDayChance: number | null;
  /** An estimate of the chance that a start at a random time finds less validity than ever measured. */
  randomStartChance: number | null;
}

/** From this number of rotations on, the chance of a random start can be estimated. */
const MIN_ROTATIONS_FOR_ESTIMATE = 19;
const MIN_DAYS = 2;

export function findEvidence(measurement: Measurement): Evidence {
  const { isIssuedPerRequest, sampleCount } = measurement;
  const { rotations, served } = getHistoryColumns(measurement);
  const witnessed = listWitnessed(rotations);
  const recentRecords = countRecentRecords(witnessed);
  const observations = isIssuedPerRequest ? sampleCount : witnessed.count;
  const watchedDays = isIssuedPerRequest ? 0 : countWatchedDays(served);
  const isChanceKnown = measurement.leadTimeTrend === null && !isShortestNow(measurement);
  return {
    observations,
    nextRotationChance: isChanceKnown ? computeNextChance(observations, recentRecords) : null,
    recentRecords,
    watchedDays,
    nextDayChance: isChanceKnown && watchedDays >= MIN_DAYS ? 1 / (watchedDays + 1) : null,
    randomStartChance: isChanceKnown ? estimateRandomStart(witnessed, measurement.watchedTime) : null,
  };
}

/**
 * The newest credentials have less validity left than all earlier ones had at their rotation. The next lead time is
 * then certainly shorter than all measured ones, so the number of rotations gives no chance.
 */
export const isShortestNow = ({
  worstCase,
  lastSample,
  severalEndpoints,
  isIssuedPerRequest,
}: Measurement): boolean =>
  !isIssuedPerRequest &&
  severalEndpoints === null &&
  worstCase.rotation === null &&
  worstCase.at >= lastSample;

/** A day shows each hour of the day once. */
const MIN_WATCHED_TIME: Seconds = 86_400;

/** The figures that say how long a history is. */
export type HistoryLength = Pick<
  Measurement,
  | 'isIssuedPerRequest'
  | 'sampleCount'
  | 'witnessedCount'
  | 'watchedTime'
  | 'firstSample'
  | 'lastSample'
  | 'leadTimeTrend'
>;

/**
 * Whether the history is long enough for a statement about the usual behaviour of the source: as many rotations as 95 %
 * confidence requires, in at least one day, without a trend.
 */
export const isWellFounded = (measurement: HistoryLength): boolean =>
  findMissingEvidence(measurement) === null && measurement.leadTimeTrend === null;

/** What is missing until a history is long enough. Null if nothing is missing. */
export function findMissingEvidence(
  measurement: HistoryLength,
): { observations: number; time: Seconds } | null {
  const { isIssuedPerRequest, sampleCount, witnessedCount, watchedTime, firstSample, lastSample } =
    measurement;
  const observations = computeMinRotations(0.95) - (isIssuedPerRequest ? sampleCount : witnessedCount);
  const time =
    MIN_WATCHED_TIME - (isIssuedPerRequest ? secondsBetween(firstSample, lastSample) : watchedTime);
  return observations <= 0 && time <= 0
    ? null
    : { observations: Math.max(0, observations), time: Math.max(0, time) };
}

/** Lead times in random order are worse than all before with the chance 1/(n+1); falling ones more often. */
function computeNextChance(
  observations: number,
  { records, rotations }: Evidence['recentRecords'],
): number | null {
  if (observations === 0) return null;
  const usual = 1 / (observations + 1);
  return rotations < 1 ? usual : Math.max(usual, records / (rotations + 1));
}

function countRecentRecords({ count, leadTime }: WitnessedRotations): Evidence['recentRecords'] {
  const recent = Math.floor(count / 2);
  let [records, shortest] = [0, Number.POSITIVE_INFINITY];
  for (let index = 0; index < count; index += 1) {
    const each = valueAt(leadTime, index);
    if (each >= shortest) continue;
    shortest = each;
    if (index >= count - recent) records += 1;
  }
  return { records, rotations: recent };
}

/** The share of the watched time in which the validity was shorter than at all other rotations. */
function estimateRandomStart({ count, leadTime }: WitnessedRotations, watchedTime: number): number | null {
  if (count < MIN_ROTATIONS_FOR_ESTIMATE || watchedTime <= 0) return null;
  let [shortest, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let index = 0; index < count; index += 1) {
    const each = valueAt(leadTime, index);
    if (each < shortest) [shortest, second] = [each, shortest];
    else if (each < second) second = each;
  }
  return (second - shortest) / watchedTime;
}

const DAY_MS = 86_400_000;
const MIN_WATCHED_SHARE_OF_DAY = 0.95;

function countWatchedDays(served: ServedColumns): number {
  const order = findOrder(served.from);
  const { count, from, to } = order === null ? served : selectItems(served, order);
  let [watchedDays, currentDay, watched, until] = [0, Number.NaN, 0, Number.NEGATIVE_INFINITY];
  const endDay = () => {
    if (watched >= MIN_WATCHED_SHARE_OF_DAY * DAY_MS) watchedDays += 1;
    watched = 0;
  };
  for (let index = 0; index < count; index += 1) {
    const periodEnd = valueAt(to, index);
    for (let start = Math.max(valueAt(from, index), until); start < periodEnd; ) {
      const day = Math.floor(start / DAY_MS);
      if (day !== currentDay) endDay();
      currentDay = day;
      const end = Math.min(periodEnd, (day + 1) * DAY_MS);
      watched += end - start;
      start = end;
    }
    until = Math.max(until, periodEnd);
  }
  endDay();
  return watchedDays;
}
