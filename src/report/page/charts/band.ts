import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { secondsBetween } from '../../../domain/time/instant.ts';
import type { ServedSpan } from '../../drawing/minimum-validity.ts';

/** Narrower teeth cannot be distinguished, so a band from the smallest to the largest validity replaces them. */
const MIN_TOOTH_WIDTH = 6;
/** Pixels of one part of a band. */
const MIN_PART_WIDTH = 3;

/** A part without a rotation would look like a gap or a peak. Intervals vary, so a part is longer than an average one. */
const TEETH_PER_PART = 1.5;

/** The smallest and the largest remaining validity in a part of the time. */
export interface BandPart extends Span {
  min: Seconds;
  max: Seconds;
}

export const isBand = (teeth: number, width: number): boolean => teeth * MIN_TOOTH_WIDTH > width;

/**
 * The parts of a band in order, without the times that have no known credentials. Each part is longer than most teeth, so
 * that it has a rotation, whose lead time is the smallest validity.
 * @param spans in order, without overlaps
 * @param width pixels of the visible time
 */
export function buildBand(
  spans: readonly ServedSpan[],
  { from, to }: { from: Instant; to: Instant },
  width: number,
): BandPart[] {
  const count = Math.max(
    1,
    Math.min(Math.floor(width / MIN_PART_WIDTH), Math.floor(spans.length / TEETH_PER_PART)),
  );
  const length = (to - from) / count;
  const parts = new Array<BandPart | undefined>(count);
  const indexOf = (at: Instant) => Math.max(0, Math.min(count - 1, Math.floor((at - from) / length)));
  for (const span of spans) {
    for (let index = indexOf(span.from); index <= indexOf(span.to); index += 1) {
      const begin = from + index * length;
      const part = parts[index] ?? {
        from: begin,
        to: begin + length,
        min: Number.POSITIVE_INFINITY,
        max: Number.NEGATIVE_INFINITY,
      };
      parts[index] = part;
      part.max = Math.max(part.max, secondsBetween(Math.max(span.from, begin), span.expiration));
      part.min = Math.min(part.min, secondsBetween(Math.min(span.to, begin + length), span.expiration));
    }
  }
  return parts.filter((part) => part !== undefined);
}

/** The part of a span in which less than `required` is left. Null if there is none. */
export function findShortPart({ from, to, expiration }: ServedSpan, required: Seconds): Span | null {
  const begin = Math.max(from, expiration - required * 1000);
  return begin < to ? { from: begin, to } : null;
}
