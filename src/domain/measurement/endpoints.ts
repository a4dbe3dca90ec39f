import { findFirstIndex, pairNeighbours } from '../lists.ts';
import type { Instant, Seconds, Span } from '../model.ts';
import { joinSpans } from '../time/spans.ts';
import {
  type Column,
  createColumn,
  findLargest,
  findOrder,
  keepValues,
  listIndexes,
  sumColumn,
  valueAt,
} from './columns/column.ts';
import { type GenerationColumns, selectItems } from './columns/generation-columns.ts';
import {
  type AppearanceColumns,
  createRotationColumns,
  type RotationColumns,
  type ServedColumns,
} from './columns/served-columns.ts';
import { LAST_UPDATED_SLACK_MS } from './generations.ts';
import type { EndpointSigns } from './measurement.ts';
import { computeLeadTime } from './rotations.ts';

/** Finds signs of several endpoints in a series. Null if there are none. */
export function findEndpointSigns(generations: GenerationColumns): EndpointSigns | null {
  const [overlaps, reversals] = [countOverlaps(generations), countReversals(generations)];
  if (overlaps.count + reversals.count === 0) return null;
  return {
    overlaps: overlaps.count,
    reversals: reversals.count,
    lastAt: Math.max(overlaps.lastAt, reversals.lastAt),
  };
}

interface Signs {
  count: number;
  lastAt: Instant;
}

function countOverlaps(generations: GenerationColumns): Signs {
  const order = findOrder(generations.firstSeen, generations.lastSeen);
  const ordered = order === null ? generations : selectItems(generations, order);
  const { firstSeen, lastSeen, rawFirstSeen, rawLastSeen } = ordered;
  const signs = { count: 0, lastAt: Number.NEGATIVE_INFINITY };
  let latest = 0;
  for (let index = 1; index < ordered.count; index += 1) {
    // A correction alone must not make generations overlap: offsets have whole seconds.
    const isOverlapping =
      areOverlappingAt(firstSeen, lastSeen, latest, index) &&
      areOverlappingAt(rawFirstSeen, rawLastSeen, latest, index);
    if (isOverlapping) addSign(signs, Math.min(valueAt(lastSeen, index), valueAt(lastSeen, latest)));
    if (valueAt(lastSeen, index) > valueAt(lastSeen, latest)) latest = index;
  }
  return signs;
}

function addSign(signs: Signs, at: Instant): void {
  signs.count += 1;
  signs.lastAt = Math.max(signs.lastAt, at);
}

/** See {@link areOverlapping}. */
const areOverlappingAt = (firstSeen: Column, lastSeen: Column, a: number, b: number): boolean =>
  valueAt(firstSeen, a) < valueAt(lastSeen, b) && valueAt(firstSeen, b) < valueAt(lastSeen, a);

/** Compares consecutive samples with different keys, in the order of the host's clock. */
function countReversals(generations: GenerationColumns): Signs {
  const order = findOrder(generations.rawFirstSeen, generations.rawLastSeen);
  const ordered = order === null ? generations : selectItems(generations, order);
  const signs = { count: 0, lastAt: Number.NEGATIVE_INFINITY };
  for (let to = 1; to < ordered.count; to += 1)
    if (isReversal(ordered, to - 1, to)) addSign(signs, valueAt(ordered.firstSeen, to));
  return signs;
}

function isReversal(generations: GenerationColumns, from: number, to: number): boolean {
  const { lastUpdated, rawFirstSeen, rawLastSeen } = generations;
  const isOlder = valueAt(lastUpdated, to) < valueAt(lastUpdated, from) - LAST_UPDATED_SLACK_MS;
  if (!isOlder) return false;
  const distance = valueAt(rawFirstSeen, to) - valueAt(rawLastSeen, from);
  // A clock that was set in between may have changed the order.
  return distance >= 0 && findLargestOffsetChange(generations, from, to) * 1000 <= distance;
}

function findLargestOffsetChange(
  { smallestClockOffset: smallest, largestClockOffset: largest }: GenerationColumns,
  from: number,
  to: number,
): Seconds {
  const change = Math.max(
    Math.abs(valueAt(largest, from) - valueAt(smallest, to)),
    Math.abs(valueAt(largest, to) - valueAt(smallest, from)),
  );
  return Number.isNaN(change) ? 0 : change;
}

/** A generation counts as served for this long after its last sample: its endpoint may get the next request. */
const SERVED_AFTER_LAST_SAMPLE_MS = 600_000;

/** A polling gap is a pause between samples that is longer than this, and longer than three usual gaps. */
const MIN_POLLING_GAP_MS = 1_800_000;
const MIN_USUAL_GAPS_IN_POLLING_GAP = 3;
const MIN_SAMPLES_FOR_USUAL_GAP = 3;

export interface EndpointHistory {
  served: ServedColumns;
  rotations: RotationColumns;
  gaps: Span[];
}

/**
 * Finds when each generation was served by one of several endpoints. A generation counts as served until the
 * third sample after its last one and for ten minutes, but not into a polling gap.
 * @param usualGap see {@link findUsualGap}
 */
export function findEndpointHistory(ordered: GenerationColumns, usualGap: Seconds | null): EndpointHistory {
  const { count, firstSeen, lastSeen, expiration, thirdSampleAfter } = ordered;
  const gaps = findPollingGaps(ordered, usualGap);
  const byLastSeen = findOrder(lastSeen) ?? Int32Array.from(lastSeen.keys());
  const sortedLastSeen = Array.from(byLastSeen, (index) => valueAt(lastSeen, index));
  const lastSample = valueAt(lastSeen, findLargest(lastSeen));
  const rotations = createRotationColumns(count);
  const served = { count, from: firstSeen, to: createColumn(count) };
  let found = 0;
  for (let index = 0; index < count; index += 1) {
    const [last, third] = [valueAt(lastSeen, index), valueAt(thirdSampleAfter, index)];
    const later = findFirstIndex(sortedLastSeen, (each) => each > last);
    // Without a third later sample, its endpoint may still answer. Rows of old databases lack a sample that exists.
    const latestThird = Number.isNaN(third) ? (sortedLastSeen[later + 2] ?? lastSample) : third;
    const end = Math.max(latestThird, last + SERVED_AFTER_LAST_SAMPLE_MS);
    const gap = gaps[findFirstIndex(gaps, ({ from }) => from >= last)];
    const isGapBeforeEnd = gap !== undefined && gap.from < end;
    const at = Math.min(end, gap?.from ?? end, lastSample);
    served.to[index] = at;
    const next = byLastSeen[later];
    if (next === undefined) continue;
    if (!isGapBeforeEnd && (Number.isNaN(third) || end > lastSample)) continue;
    rotations.from[found] = index;
    rotations.to[found] = next;
    rotations.windowFrom[found] = last;
    rotations.windowTo[found] = at;
    rotations.at[found] = at;
    rotations.leadTime[found] = computeLeadTime(valueAt(expiration, index), last, at);
    rotations.interval[found] = Number.NaN;
    rotations.blindTime[found] = Math.ceil((at - last) / 1000);
    rotations.isWitnessed[found] = Number(!isGapBeforeEnd);
    found += 1;
  }
  const order =
    findOrder(rotations.at.slice(0, found)) ?? Int32Array.from({ length: found }, (_, index) => index);
  return { served, rotations: selectItems(rotations, order), gaps };
}

/** The gaps of a series with several endpoints. With one endpoint, {@link findUnwitnessedWindows} finds the gaps. */
function findPollingGaps(
  { samples, firstSeen, lastSeen }: GenerationColumns,
  usualGap: Seconds | null,
): Span[] {
  const usual = sumColumn(samples) < MIN_SAMPLES_FOR_USUAL_GAP ? 0 : (usualGap ?? 0) * 1000;
  const longest = Math.max(MIN_POLLING_GAP_MS, MIN_USUAL_GAPS_IN_POLLING_GAP * usual);
  const seen = joinSpans(
    Array.from(firstSeen, (from, index): Span => ({ from, to: valueAt(lastSeen, index) })),
    longest,
  );
  return pairNeighbours(seen).map(([before, after]) => ({ from: before.to, to: after.from }));
}

/** Only dated generations, because undated ones may have been issued long before their first sample. */
export function findDatedAppearances({ lastUpdated }: GenerationColumns): AppearanceColumns {
  const isDated = (index: number) => !Number.isNaN(valueAt(lastUpdated, index));
  const dates = keepValues(lastUpdated, isDated);
  const generation = keepValues(listIndexes(lastUpdated.length), isDated);
  return { count: dates.length, generation, earliest: dates, latest: dates };
}
