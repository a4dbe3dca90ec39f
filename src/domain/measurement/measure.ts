import type { RecordedGeneration, Seconds, SourceName, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { findAppearances } from './appearances.ts';
import { correctClocks, NOTABLE_CLOCK_OFFSET } from './clock-correction.ts';
import {
  type Column,
  countValues,
  findLargest,
  findSmallest,
  findTwoLargestBy,
  isAllAbsent,
  keepPresent,
  keepValues,
  listIndexes,
  sumColumn,
  toNullable,
  valueAt,
} from './columns/column.ts';
import { ColumnMeasurement } from './columns/column-measurement.ts';
import {
  type GenerationColumns,
  type RecordedColumns,
  toRecordedColumns,
} from './columns/generation-columns.ts';
import { type HistoryColumns, HistoryLists } from './columns/history-lists.ts';
import {
  type AppearanceColumns,
  createRotationColumns,
  type RotationColumns,
} from './columns/served-columns.ts';
import { findUsualGap } from './columns/usual-gap.ts';
import { findDatedAppearances, findEndpointHistory, findEndpointSigns } from './endpoints.ts';
import { mergeKeylessGenerations } from './generations.ts';
import { orderColumns } from './issue-order.ts';
import { areDurationsMixed, areIssuedPerRequest } from './issued-per-request.ts';
import type { EndpointSigns, Measurement, ValidityAt, ValidityRange, WorstCase } from './measurement.ts';
import { findRotations } from './rotations.ts';
import { findExtremes } from './statistics.ts';
import { findLeadTimeTrend } from './trend.ts';
import {
  findSampledMinimum,
  findServedPeriods,
  findUnwitnessedWindows,
  findWorstCase,
  getRemainingWhenServedLast,
  measureServedTime,
} from './validity.ts';

/**
 * Measures one series.
 * @param recorded in any order
 * @param newestClockOffset the newest known clock offset of the host; null if unknown
 * @param source the source of the series; null if unknown
 * @throws RangeError if there is no generation
 */
export const measure = (recorded: readonly RecordedGeneration[], ...context: MeasureContext): Measurement =>
  measureColumns(toRecordedColumns(recorded), ...context).toObject();

type MeasureContext = [
  newestClockOffset?: Seconds | null,
  source?: SourceName | null,
  isReadElsewhere?: boolean,
];

/** As {@link measure}, for columns. */
export function measureColumns(
  recorded: RecordedColumns,
  ...[newestClockOffset = null, source = null, isReadElsewhere = false]: MeasureContext
): ColumnMeasurement {
  // Of equal generations, the first one is used. A fixed order makes the result independent of the input's order.
  const merged = mergeKeylessGenerations(orderColumns(recorded));
  const { generations, clock } = correctClocks(merged, newestClockOffset);
  const ordered = orderColumns(generations);
  if (ordered.count === 0) throw new RangeError('a series without generations cannot be measured');
  const usualGap = findUsualGap(ordered);
  const kept = findServed(ordered, usualGap, source);
  const { served, rotations, appearances, gaps, isIssuedPerRequest } = kept;
  const lists = new HistoryLists({ generations: ordered, served, rotations, appearances });
  const firstSample = valueAt(ordered.firstSeen, findSmallest(ordered.firstSeen));
  const lastSample = valueAt(ordered.lastSeen, findLargest(ordered.lastSeen));
  const watched = measureServedTime(served);
  const sampledMinimum = getSampledMinimum(lists);
  const worstCase = getWorstCase(lists);
  const validityWhenIssued = measureAppearances(ordered, appearances, appearances.latest);
  const largestValidity = measureAppearances(ordered, appearances, appearances.earliest)?.max ?? null;
  return new ColumnMeasurement(lists, {
    sampleCount: sumColumn(ordered.samples),
    witnessedCount: countValues(rotations.isWitnessed, 1),
    firstSample,
    lastSample,
    watchedTime: Math.floor(watched / 1000),
    watchedShare:
      lastSample > firstSample && !isIssuedPerRequest
        ? Math.min(1, watched / (lastSample - firstSample))
        : null,
    gaps,
    rotationInterval: findExtremes(keepPresent(rotations.interval)),
    rotationWindow: findExtremes(listWindowLengths(rotations)),
    validityWhenIssued,
    largestPossibleValidity: largestValidity && largestValidity + findClockDoubt(ordered),
    sampledMinimum,
    worstCase,
    overstatement: sampledMinimum.seconds - worstCase.seconds,
    lag: Math.ceil(kept.lag / 1000),
    usualGap,
    isIssuedPerRequest,
    areDurationsMixed: isIssuedPerRequest && areDurationsMixed(validityWhenIssued, source),
    severalEndpoints: kept.severalEndpoints,
    leadTimeTrend: findLeadTimeTrend(rotations),
    clock: { ...clock, isReadElsewhere },
  });
}

function getSampledMinimum(lists: HistoryLists): ValidityAt {
  const { generations } = lists.columns;
  const index = findSampledMinimum(generations);
  const at = valueAt(generations.lastSeen, index);
  const seconds = secondsBetween(at, valueAt(generations.expiration, index));
  return { seconds, at, generation: lists.getGeneration(index) };
}

function getWorstCase(lists: HistoryLists): WorstCase {
  const history = lists.columns;
  const index = findWorstCase(history);
  const { from, isWitnessed } = history.rotations;
  let rotation = from.indexOf(index);
  while (rotation >= 0 && isWitnessed[rotation] !== 1) rotation = from.indexOf(index, rotation + 1);
  return {
    seconds: getRemainingWhenServedLast(history, index),
    at: valueAt(history.served.to, index),
    generation: lists.getGeneration(index),
    rotation: rotation < 0 ? null : lists.getRotation(rotation),
  };
}

/** What was served when. This depends on the kind of the source. */
interface Served extends Omit<HistoryColumns, 'generations'> {
  gaps: Span[];
  /** In milliseconds; see {@link Measurement.lag}. */
  lag: number;
  isIssuedPerRequest: boolean;
  severalEndpoints: EndpointSigns | null;
}

function findServed(ordered: GenerationColumns, usualGap: Seconds | null, source: SourceName | null): Served {
  if (areIssuedPerRequest(ordered, source)) return findServedPerRequest(ordered);
  const severalEndpoints = findEndpointSigns(ordered);
  if (severalEndpoints !== null) {
    const { served, rotations, gaps } = findEndpointHistory(ordered, usualGap);
    const appearances = findDatedAppearances(ordered);
    return { served, rotations, appearances, gaps, lag: 0, isIssuedPerRequest: false, severalEndpoints };
  }
  const { rotations, lag } = findRotations(ordered);
  return {
    served: findServedPeriods(ordered, rotations),
    rotations,
    appearances: findAppearances(ordered, { rotations, lag }),
    gaps: findUnwitnessedWindows(rotations),
    lag,
    isIssuedPerRequest: false,
    severalEndpoints,
  };
}

function findServedPerRequest({ count, firstSeen, lastSeen, lastUpdated }: GenerationColumns): Served {
  return {
    served: { count, from: firstSeen, to: lastSeen },
    rotations: createRotationColumns(0),
    appearances: {
      count,
      generation: listIndexes(count),
      // A correction by a wrong `Date` header moves samples behind `LastUpdated`.
      earliest: firstSeen.map((seen, index) =>
        Math.min(seen, toNullable(valueAt(lastUpdated, index)) ?? seen),
      ),
      latest: firstSeen,
    },
    gaps: [],
    lag: 0,
    isIssuedPerRequest: true,
    severalEndpoints: null,
  };
}

/**
 * The largest clock offset of an undated series, if it is notable: either the host's clock or the `Date` header
 * is wrong, so credentials may have been issued earlier.
 */
function findClockDoubt({
  lastUpdated,
  smallestClockOffset,
  largestClockOffset,
}: GenerationColumns): Seconds {
  if (!isAllAbsent(lastUpdated)) return 0;
  const findLargestError = (offsets: Column) =>
    findTwoLargestBy(offsets.length, (index) => Math.abs(valueAt(offsets, index))).largest;
  const largest = Math.max(findLargestError(smallestClockOffset), findLargestError(largestClockOffset));
  return largest > NOTABLE_CLOCK_OFFSET ? largest : 0;
}

/**
 * The validity when issued from a time of appearance.
 * @param times one of the columns of the appearances
 */
function measureAppearances(
  { expiration }: GenerationColumns,
  { generation }: AppearanceColumns,
  times: Column,
): ValidityRange | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < times.length; index += 1) {
    const expires = valueAt(expiration, valueAt(generation, index));
    const validity = secondsBetween(valueAt(times, index), expires);
    min = Math.min(min, validity);
    max = Math.max(max, validity);
  }
  return times.length === 0 ? null : { min, max };
}

/** The lengths of the windows of undated, witnessed rotations. */
function listWindowLengths({ windowFrom, windowTo, isDated, isWitnessed }: RotationColumns): Column {
  const isCounted = (index: number) => isDated[index] !== 1 && isWitnessed[index] === 1;
  const [from, to] = [keepValues(windowFrom, isCounted), keepValues(windowTo, isCounted)];
  return to.map((end, index) => Math.ceil((end - valueAt(from, index)) / 1000));
}
