import { MAX_VALIDITY } from '../aws-limits.ts';
import type { Instant, Seconds } from '../model.ts';
import {
  type Column,
  countValues,
  createColumn,
  findLargest,
  findTwoLargest,
  findTwoLargestBy,
  isAllAbsent,
  isAny,
  keepValues,
  removeValues,
  toNullable,
  valueAt,
} from './columns/column.ts';
import type { GenerationColumns, RecordedColumns } from './columns/generation-columns.ts';
import { correctObservedTime, LAST_UPDATED_SLACK_MS } from './generations.ts';
import type { IssuedInFuture, SampleClock } from './measurement.ts';
import { fillMissingOffsets } from './missing-offsets.ts';

/** An undated series ignores larger offsets: nothing shows whether the host or the `Date` header is wrong. */
export const NOTABLE_CLOCK_OFFSET: Seconds = 60;

/** A corrected sample this long before its `LastUpdated` shows that the `Date` header is wrong. */
const WRONG_DATE_HEADER_MS = 5000;

/**
 * With one slow clock, the ahead values of generations differ by less than this, and not by 0, because each
 * generation is first seen some time after it was issued.
 */
const SIMILAR_AHEAD_MS = 300_000;

/** A larger ahead value makes a verdict unknown. This is the clock skew that AWS tolerates. */
export const DECISIVE_AHEAD: Seconds = 300;

/**
 * Puts all samples of a series on one clock, so that no wrong clock makes credentials last longer.
 *
 * - Dated series: if correction by `Date` puts a sample before its own `LastUpdated` and the host's clock does
 *   not, the `Date` header is wrong and the host's clock is used. Then all samples are moved later until they
 *   follow their `LastUpdated`. A generation that is alone with a larger distance is treated as undated.
 * - Undated series: an offset above +60 s is not applied.
 */
export function correctClocks(
  recorded: RecordedColumns,
  newestClockOffset: Seconds | null,
): {
  generations: GenerationColumns;
  clock: Omit<SampleClock, 'isReadElsewhere'>;
} {
  const usable = ignoreUnusableDates(recorded);
  const isDated = !isAllAbsent(usable.lastUpdated);
  const dated = fillMissingOffsets(usable, isDated);
  const times = chooseTimes(dated, isDated);
  const { aheads } = times;
  const shiftMs = findShift(aheads);
  const generations = moveToChosenTimes(dated, times, shiftMs);
  const newest = findLargest(recorded.lastSeen);
  const clock = {
    usesRawTimes: times.usesRawTimes,
    shiftMs,
    newestOffset: newestClockOffset ?? toNullable(valueAt(recorded.smallestClockOffset, newest)),
    correctedLastSample: toNullable(valueAt(recorded.lastSeen, newest)) ?? 0,
    issuedInFuture: findIssuedInFuture(generations, aheads),
  };
  return { generations, clock };
}

function moveToChosenTimes(dated: RecordedColumns, times: TimeChoice, shiftMs: number): GenerationColumns {
  const isAhead = (index: number) => valueAt(times.aheads, index) > shiftMs + LAST_UPDATED_SLACK_MS;
  const move = (column: Column) => (shiftMs === 0 ? column : column.map((time) => time + shiftMs));
  const lastSeen = move(times.lastSeen);
  return {
    count: dated.count,
    accessKeyIds: dated.accessKeyIds,
    lastUpdated: removeValues(dated.lastUpdated, isAhead),
    expiration: dated.expiration,
    latestExpiration: dated.latestExpiration,
    zoneless: dated.zoneless,
    firstSeen: move(times.firstSeen),
    lastSeen,
    rawFirstSeen: dated.rawFirstSeen,
    rawLastSeen: dated.rawLastSeen,
    samples: dated.samples,
    smallestClockOffset: dated.smallestClockOffset,
    largestClockOffset: dated.largestClockOffset,
    thirdSampleAfter: findThirdSamples(dated, times, shiftMs, lastSeen),
  };
}

function findThirdSamples(
  { count, thirdLaterObservedAt, thirdLaterClockOffset }: RecordedColumns,
  { getTime }: TimeChoice,
  shiftMs: number,
  lastSeen: Column,
): Column {
  const found = createColumn(count);
  for (let index = 0; index < count; index += 1) {
    const third = getTime(valueAt(thirdLaterObservedAt, index), valueAt(thirdLaterClockOffset, index));
    // Math.max returns NaN if one of its arguments is NaN.
    found[index] = Math.max(third + shiftMs, valueAt(lastSeen, index));
  }
  return found;
}

/**
 * Removes `LastUpdated` where it cannot be the time of issue: if it varies within a generation, or if it
 * does not fit the expiration. If several generations vary, `LastUpdated` is the time of the response, so the
 * whole series is undated. But the time of the response shows whether the host's clock is slow.
 */
function ignoreUnusableDates(recorded: RecordedColumns): RecordedColumns {
  const { count, isLastUpdatedVarying, lastUpdated, correctedAheadMs, rawAheadMs } = recorded;
  const varying = countValues(isLastUpdatedVarying, 1);
  const isSeriesUndated = varying >= 2 || (varying === 1 && count === 1);
  const longestValidity = findLongestPlausibleValidity(recorded);
  const isImplausible = (index: number) =>
    !isValidityPlausible(recorded, index, longestValidity) || isIssuedAfterExpiration(recorded, index);
  const isUndated = (index: number) =>
    isSeriesUndated || isLastUpdatedVarying[index] === 1 || isImplausible(index);
  if (!isAny(count, isUndated)) return recorded;
  return {
    ...recorded,
    lastUpdated: removeValues(lastUpdated, isUndated),
    correctedAheadMs: removeValues(correctedAheadMs, isImplausible),
    rawAheadMs: removeValues(rawAheadMs, isImplausible),
  };
}

/** Whether the latest `LastUpdated` of the generation is certainly after its expiration. */
const isIssuedAfterExpiration = (
  { rawAheadMs, rawFirstSeen, latestExpiration }: RecordedColumns,
  index: number,
): boolean => valueAt(rawFirstSeen, index) + valueAt(rawAheadMs, index) > valueAt(latestExpiration, index);

/** A single document may state a date far in the past. It would delay every rotation by its apparent lag. */
function findLongestPlausibleValidity({ lastUpdated, expiration }: RecordedColumns): number {
  const { presentCount, second } = findTwoLargestBy(
    lastUpdated.length,
    (index) => valueAt(expiration, index) - valueAt(lastUpdated, index),
  );
  const usual = presentCount < 3 ? Number.POSITIVE_INFINITY : 1.5 * second;
  return Math.min(usual, MAX_VALIDITY * 1000);
}

function isValidityPlausible(
  { lastUpdated, expiration }: RecordedColumns,
  index: number,
  longest: number,
): boolean {
  const validity = valueAt(expiration, index) - valueAt(lastUpdated, index);
  return Number.isNaN(validity) || (validity > 0 && validity <= longest);
}

/** The clock by which the samples of a series are dated. */
interface TimeChoice {
  usesRawTimes: boolean;
  firstSeen: Column;
  lastSeen: Column;
  /** `LastUpdated` minus sample time in ms. NaN for undated generations. */
  aheads: Column;
  /** The time of a sample. NaN without a sample. */
  getTime: (observedAt: Instant, clockOffset: Seconds) => Instant;
}

/** False for an absent offset, which is NaN. */
const isHostAhead = (offset: Seconds) => offset > NOTABLE_CLOCK_OFFSET;

function chooseTimes(dated: RecordedColumns, isDated: boolean): TimeChoice {
  if (isDateHeaderWrong(dated)) return chooseRawTimes(dated);
  return !isDated && dated.largestClockOffset.some(isHostAhead)
    ? chooseLaterTimes(dated)
    : chooseCorrectedTimes(dated);
}

function isDateHeaderWrong({ count, correctedAheadMs, rawAheadMs }: RecordedColumns): boolean {
  for (let index = 0; index < count; index += 1) {
    const isCorrectedWrong = valueAt(correctedAheadMs, index) > WRONG_DATE_HEADER_MS;
    if (isCorrectedWrong && valueAt(rawAheadMs, index) <= WRONG_DATE_HEADER_MS) return true;
  }
  return false;
}

const chooseCorrectedTimes = ({ firstSeen, lastSeen, correctedAheadMs }: RecordedColumns): TimeChoice => ({
  usesRawTimes: false,
  firstSeen,
  lastSeen,
  aheads: correctedAheadMs,
  getTime: correctObservedTime,
});

const chooseRawTimes = ({ rawFirstSeen, rawLastSeen, rawAheadMs }: RecordedColumns): TimeChoice => ({
  usesRawTimes: true,
  firstSeen: rawFirstSeen,
  lastSeen: rawLastSeen,
  aheads: rawAheadMs,
  getTime: (observedAt) => observedAt,
});

/** If only some samples of a generation have a large offset, the later time is the safe choice. */
function chooseLaterTimes(dated: RecordedColumns): TimeChoice {
  const { largestClockOffset, firstSeen, lastSeen, rawFirstSeen, rawLastSeen } = dated;
  const isAhead = (index: number) => isHostAhead(valueAt(largestClockOffset, index));
  const chooseLater = (corrected: Column, raw: Column) =>
    corrected.map((time, index) => (isAhead(index) ? Math.max(time, valueAt(raw, index)) : time));
  return {
    usesRawTimes: true,
    firstSeen: chooseLater(firstSeen, rawFirstSeen),
    lastSeen: chooseLater(lastSeen, rawLastSeen),
    aheads: dated.correctedAheadMs.map((ahead, index) =>
      isAhead(index) ? (toNullable(valueAt(dated.rawAheadMs, index)) ?? ahead) : ahead,
    ),
    getTime: (observedAt, clockOffset) =>
      isHostAhead(clockOffset) ? observedAt : correctObservedTime(observedAt, clockOffset),
  };
}

/**
 * The shift in ms: the largest ahead value that two generations support, because a single document may have a
 * wrong date. With only one dated generation, its ahead value.
 */
function findShift(aheads: Column): number {
  const { presentCount, largest, second } = findTwoLargest(aheads);
  const shown = presentCount === 1 ? largest : second;
  if (shown <= LAST_UPDATED_SLACK_MS) return 0;
  return shown > largest - SIMILAR_AHEAD_MS ? largest : shown;
}

function findIssuedInFuture({ lastSeen }: GenerationColumns, aheads: Column): IssuedInFuture | null {
  const notable = keepValues(aheads, (index) => valueAt(aheads, index) > NOTABLE_CLOCK_OFFSET * 1000);
  if (notable.length === 0) return null;
  const isDecisive =
    notable.filter((ahead) => ahead > DECISIVE_AHEAD * 1000).length >= 2 ||
    valueAt(aheads, findLargest(lastSeen)) > DECISIVE_AHEAD * 1000;
  const largest = valueAt(notable, findLargest(notable));
  return { count: notable.length, ahead: Math.floor(largest / 1000), isDecisive };
}
