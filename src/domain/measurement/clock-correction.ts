import { MAX_VALIDITY } from '../aws-limits.ts';
import type { Instant, Seconds } from '../model.ts';
import {
  type Column,
  countValues,
  createColumn,
  findLargest,
  findTwoLargest,
  type GenerationColumns,
  isAllAbsent,
  type RecordedColumns,
  toNullable,
  valueAt,
} from './columns/generation-columns.ts';
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
  clock: SampleClock;
} {
  const usable = ignoreUnusableDates(recorded);
  const isDated = !isAllAbsent(usable.lastUpdated);
  const dated = fillMissingOffsets(usable, isDated);
  const times = chooseTimes(dated, isDated);
  const aheads = createColumn(dated.count);
  for (let index = 0; index < dated.count; index += 1) aheads[index] = times.getAhead(dated, index);
  const shiftMs = findShift(aheads);
  const generations = moveToChosenTimes(dated, times, aheads, shiftMs);
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

function moveToChosenTimes(
  dated: RecordedColumns,
  times: TimeChoice,
  aheads: Column,
  shiftMs: number,
): GenerationColumns {
  const { count } = dated;
  const moved = {
    count,
    accessKeyIds: dated.accessKeyIds,
    lastUpdated: dated.lastUpdated.slice(),
    expiration: dated.expiration,
    latestExpiration: dated.latestExpiration,
    zoneless: dated.zoneless,
    firstSeen: createColumn(count),
    lastSeen: createColumn(count),
    rawFirstSeen: dated.rawFirstSeen,
    rawLastSeen: dated.rawLastSeen,
    samples: dated.samples,
    smallestClockOffset: dated.smallestClockOffset,
    largestClockOffset: dated.largestClockOffset,
    thirdSampleAfter: createColumn(count),
  };
  for (let index = 0; index < count; index += 1) {
    const lastSeen = times.getLastSeen(dated, index) + shiftMs;
    moved.firstSeen[index] = times.getFirstSeen(dated, index) + shiftMs;
    moved.lastSeen[index] = lastSeen;
    if (valueAt(aheads, index) > shiftMs + LAST_UPDATED_SLACK_MS) moved.lastUpdated[index] = Number.NaN;
    const third = times.getTime(
      valueAt(dated.thirdLaterObservedAt, index),
      valueAt(dated.thirdLaterClockOffset, index),
    );
    // Math.max returns NaN if one of its arguments is NaN.
    moved.thirdSampleAfter[index] = Math.max(third + shiftMs, lastSeen);
  }
  return moved;
}

/**
 * Removes `LastUpdated` where it cannot be the time of issue: if it varies within a generation, or if it
 * does not fit the expiration. If several generations vary, `LastUpdated` is the time of the response, so the
 * whole series is undated. But the time of the response shows whether the host's clock is slow.
 */
function ignoreUnusableDates(recorded: RecordedColumns): RecordedColumns {
  const { count, isLastUpdatedVarying } = recorded;
  const varying = countValues(isLastUpdatedVarying, 1);
  const isSeriesUndated = varying >= 2 || (varying === 1 && count === 1);
  const longestValidity = findLongestPlausibleValidity(recorded);
  const [lastUpdated, correctedAheadMs, rawAheadMs] = [
    recorded.lastUpdated.slice(),
    recorded.correctedAheadMs.slice(),
    recorded.rawAheadMs.slice(),
  ];
  for (let index = 0; index < count; index += 1) {
    if (!isValidityPlausible(recorded, index, longestValidity) || isIssuedAfterExpiration(recorded, index)) {
      lastUpdated[index] = Number.NaN;
      correctedAheadMs[index] = Number.NaN;
      rawAheadMs[index] = Number.NaN;
    } else if (isSeriesUndated || isLastUpdatedVarying[index] === 1) lastUpdated[index] = Number.NaN;
  }
  return { ...recorded, lastUpdated, correctedAheadMs, rawAheadMs };
}

/** Whether the latest `LastUpdated` of the generation is certainly after its expiration. */
const isIssuedAfterExpiration = (
  { rawAheadMs, rawFirstSeen, latestExpiration }: RecordedColumns,
  index: number,
): boolean => valueAt(rawFirstSeen, index) + valueAt(rawAheadMs, index) > valueAt(latestExpiration, index);

/** A single document may state a date far in the past. It would delay every rotation by its apparent lag. */
function findLongestPlausibleValidity({ lastUpdated, expiration }: RecordedColumns): number {
  const { presentCount, second } = findTwoLargest(
    lastUpdated.map((issued, index) => valueAt(expiration, index) - issued),
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

/** How the times of a generation are read from the columns. */
interface TimeChoice {
  usesRawTimes: boolean;
  getFirstSeen: (generations: RecordedColumns, index: number) => Instant;
  getLastSeen: (generations: RecordedColumns, index: number) => Instant;
  /** The time of a sample. NaN without a sample. */
  getTime: (observedAt: Instant, clockOffset: Seconds) => Instant;
  /** `LastUpdated` minus sample time in ms. NaN for undated generations. */
  getAhead: (generations: RecordedColumns, index: number) => number;
}

const CORRECTED_TIMES: TimeChoice = {
  usesRawTimes: false,
  getFirstSeen: ({ firstSeen }, index) => valueAt(firstSeen, index),
  getLastSeen: ({ lastSeen }, index) => valueAt(lastSeen, index),
  getTime: correctObservedTime,
  getAhead: ({ correctedAheadMs }, index) => valueAt(correctedAheadMs, index),
};

const RAW_TIMES: TimeChoice = {
  usesRawTimes: true,
  getFirstSeen: ({ rawFirstSeen }, index) => valueAt(rawFirstSeen, index),
  getLastSeen: ({ rawLastSeen }, index) => valueAt(rawLastSeen, index),
  getTime: (observedAt) => observedAt,
  getAhead: ({ rawAheadMs }, index) => valueAt(rawAheadMs, index),
};

/** False for an absent offset, which is NaN. */
const isHostAhead = (offset: Seconds) => offset > NOTABLE_CLOCK_OFFSET;

/** If only some samples of a generation have a large offset, the later time is the safe choice. */
const LATER_TIMES: TimeChoice = {
  usesRawTimes: true,
  getFirstSeen: ({ largestClockOffset, firstSeen, rawFirstSeen }, index) =>
    isHostAhead(valueAt(largestClockOffset, index))
      ? Math.max(valueAt(firstSeen, index), valueAt(rawFirstSeen, index))
      : valueAt(firstSeen, index),
  getLastSeen: ({ largestClockOffset, lastSeen, rawLastSeen }, index) =>
    isHostAhead(valueAt(largestClockOffset, index))
      ? Math.max(valueAt(lastSeen, index), valueAt(rawLastSeen, index))
      : valueAt(lastSeen, index),
  getTime: (observedAt, clockOffset) =>
    isHostAhead(clockOffset) ? observedAt : correctObservedTime(observedAt, clockOffset),
  getAhead: ({ largestClockOffset, correctedAheadMs, rawAheadMs }, index) =>
    isHostAhead(valueAt(largestClockOffset, index)) && !Number.isNaN(valueAt(rawAheadMs, index))
      ? valueAt(rawAheadMs, index)
      : valueAt(correctedAheadMs, index),
};

function chooseTimes(
  { correctedAheadMs, rawAheadMs, largestClockOffset }: RecordedColumns,
  isDated: boolean,
): TimeChoice {
  const isDateWrong = correctedAheadMs.some(
    (ahead, index) => ahead > WRONG_DATE_HEADER_MS && valueAt(rawAheadMs, index) <= WRONG_DATE_HEADER_MS,
  );
  if (isDateWrong) return RAW_TIMES;
  return !isDated && largestClockOffset.some(isHostAhead) ? LATER_TIMES : CORRECTED_TIMES;
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
  const notable = aheads.filter((ahead) => ahead > NOTABLE_CLOCK_OFFSET * 1000);
  if (notable.length === 0) return null;
  const isDecisive =
    notable.filter((ahead) => ahead > DECISIVE_AHEAD * 1000).length >= 2 ||
    valueAt(aheads, findLargest(lastSeen)) > DECISIVE_AHEAD * 1000;
  const largest = valueAt(notable, findLargest(notable));
  return { count: notable.length, ahead: Math.floor(largest / 1000), isDecisive };
}
