import type { Seconds } from '../model.ts';
import { findOrder, valueAt } from './columns/column.ts';
import { type RecordedColumns, selectItems } from './columns/generation-columns.ts';
import { MIN_CORRECTED_CLOCK_OFFSET } from './generations.ts';

/**
 * Corrects samples without a clock offset by the offset of neighbouring samples, which the same host took.
 * Without a correction, the error of the clock would put these samples in the wrong order.
 *
 * Of several known offsets, the one nearest to zero is used. So samples with an offset do not change.
 * @param isDated an undated series ignores the offset of a host that is ahead
 */
export function fillMissingOffsets(generations: RecordedColumns, isDated: boolean): RecordedColumns {
  if (!isAnyCorrected(generations)) return generations;
  const order = findOrder(generations.rawFirstSeen);
  const ordered = order === null ? generations : selectItems(generations, order);
  const corrected = {
    ...ordered,
    firstSeen: ordered.firstSeen.slice(),
    lastSeen: ordered.lastSeen.slice(),
    correctedAheadMs: ordered.correctedAheadMs.slice(),
  };
  const nextKnown = findNextKnown(ordered);
  let previous = -1;
  for (let index = 0; index < ordered.count; index += 1) {
    const next = nextKnown[index] ?? ordered.count;
    if (next === index) previous = index;
    const behind = findSmallestError(ordered, previous, next, Math.max);
    if (-behind > MIN_CORRECTED_CLOCK_OFFSET) {
      correct(corrected, index, behind, Math.max, Math.min);
      continue;
    }
    // Earlier times are less safe, so both sides must show that the host is ahead.
    if (!isDated || previous < 0 || next >= ordered.count) continue;
    const ahead = findSmallestError(ordered, previous, next, Math.min);
    if (ahead > MIN_CORRECTED_CLOCK_OFFSET) correct(corrected, index, ahead, Math.min, Math.max);
  }
  return corrected;
}

/** Whether any offset is large enough for a correction. */
function isAnyCorrected({ count, smallestClockOffset, largestClockOffset }: RecordedColumns): boolean {
  for (let index = 0; index < count; index += 1) {
    const isBehind = valueAt(smallestClockOffset, index) < -MIN_CORRECTED_CLOCK_OFFSET;
    if (isBehind || valueAt(largestClockOffset, index) > MIN_CORRECTED_CLOCK_OFFSET) return true;
  }
  return false;
}

/** For each generation, its own index if it has an offset, else the next one with an offset, else the count. */
function findNextKnown({ count, largestClockOffset }: RecordedColumns): Int32Array {
  const found = new Int32Array(count);
  let known = count;
  for (let index = count - 1; index >= 0; index -= 1) {
    if (!Number.isNaN(valueAt(largestClockOffset, index))) known = index;
    found[index] = known;
  }
  return found;
}

type Choose = (a: number, b: number) => number;

/**
 * The offset nearest to zero, if all offsets have the sign of an error.
 * @param choose the maximum for offsets of a host that is behind, the minimum for a host that is ahead
 */
function findSmallestError(
  { count, smallestClockOffset, largestClockOffset }: RecordedColumns,
  previous: number,
  next: number,
  choose: Choose,
): Seconds {
  const getOwn = (index: number) =>
    choose(valueAt(smallestClockOffset, index), valueAt(largestClockOffset, index));
  if (previous < 0) return getOwn(next);
  if (next >= count || next === previous) return getOwn(previous);
  return choose(getOwn(previous), getOwn(next));
}

function correct(
  { firstSeen, lastSeen, rawFirstSeen, rawLastSeen, correctedAheadMs, rawAheadMs }: RecordedColumns,
  index: number,
  offset: Seconds,
  chooseTime: Choose,
  chooseAhead: Choose,
): void {
  const ms = offset * 1000;
  firstSeen[index] = chooseTime(valueAt(firstSeen, index), valueAt(rawFirstSeen, index) - ms);
  lastSeen[index] = chooseTime(valueAt(lastSeen, index), valueAt(rawLastSeen, index) - ms);
  // NaN if one of the two is NaN.
  correctedAheadMs[index] = chooseAhead(valueAt(correctedAheadMs, index), valueAt(rawAheadMs, index) + ms);
}
