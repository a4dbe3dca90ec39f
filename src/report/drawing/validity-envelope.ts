import type { Instant, Seconds, Span } from '../../domain/model.ts';
import type { MinimumValiditySpan } from './minimum-validity.ts';

/** The smallest and the largest remaining validity in a part of the time. */
export interface EnvelopeBucket extends Span {
  min: Seconds;
  max: Seconds;
}

/** Reduces a sawtooth with more teeth than chart columns to `count` buckets. Unknown ones are omitted. */
export function buildValidityEnvelope(
  spans: readonly MinimumValiditySpan[],
  { from, to }: Span,
  count: number,
): EnvelopeBucket[] {
  const length = Math.max(1, (to - from) / count);
  const buckets = new Map<number, EnvelopeBucket>();
  const indexOf = (at: Instant) => Math.min(count - 1, Math.floor((at - from) / length));
  for (const span of spans) {
    for (let index = indexOf(span.from); index <= indexOf(span.to); index += 1) {
      const begin = from + index * length;
      const min = (span.expiration - Math.min(span.to, begin + length)) / 1000;
      const max = (span.expiration - Math.max(span.from, begin)) / 1000;
      const known = buckets.get(index);
      buckets.set(index, {
        from: begin,
        to: begin + length,
        min: Math.min(min, known?.min ?? min),
        max: Math.max(max, known?.max ?? max),
      });
    }
  }
  return [...buckets.values()].sort((a, b) => a.from - b.from);
}
