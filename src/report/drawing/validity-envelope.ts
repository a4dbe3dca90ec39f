import type { Instant, Seconds, Span } from '../../domain/model.ts';
import type { MinimumValiditySpan } from './minimum-validity.ts';

/** The smallest and the largest remaining validity in a part of the time. */
export interface EnvelopeBucket extends Span {
  min: Seconds;
  max: Seconds;
}

/**
 * What is left of a saw-tooth with more teeth than a picture has columns: its extremes in each of so many equal parts of
 * the time. Parts in which nothing is known are left out.
 */
export function buildValidityEnvelope(
  spans: readonly MinimumValiditySpan[],
  { from, to }: Span,
  parts: number,
): EnvelopeBucket[] {
  const size = Math.max(1, (to - from) / parts);
  const found = new Map<number, EnvelopeBucket>();
  const partOf = (at: Instant) => Math.min(parts - 1, Math.floor((at - from) / size));
  for (const span of spans) {
    for (let part = partOf(span.from); part <= partOf(span.to); part += 1) {
      const begin = from + part * size;
      const min = (span.expiration - Math.min(span.to, begin + size)) / 1000;
      const max = (span.expiration - Math.max(span.from, begin)) / 1000;
      const known = found.get(part);
      found.set(part, {
        from: begin,
        to: begin + size,
        min: Math.min(min, known?.min ?? min),
        max: Math.max(max, known?.max ?? max),
      });
    }
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}
