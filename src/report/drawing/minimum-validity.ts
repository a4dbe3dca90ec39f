import type { ServedPeriod } from '../../domain/measurement/measurement.ts';
import type { Instant, Span } from '../../domain/model.ts';

/** For so long a job was handed nothing that lasts longer than until `expiration`: of several the earliest counts. */
export interface MinimumValiditySpan extends Span {
  expiration: Instant;
}

type Served = Span & { generation: Pick<ServedPeriod['generation'], 'expiration'> };

/**
 * What a job could at least have been handed, over time: the services without their overlaps, in order. A generation
 * that was seen once, beside gaps, is a span of no length.
 */
export function findMinimumValiditySpans(services: readonly Served[]): MinimumValiditySpan[] {
  const moments = [...new Set(services.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const indexOf = new Map(moments.map((moment, index) => [moment, index]));
  const steps = freeSteps(moments.length);
  /** By the index of the moment at which each begins. */
  const spans: MinimumValiditySpan[] = [];
  const earliestFirst = [...services].sort((a, b) => a.generation.expiration - b.generation.expiration);
  const single: [index: number, expiration: Instant][] = [];
  for (const { from, to, generation } of earliestFirst) {
    const { expiration } = generation;
    const [begin, end] = [indexOf.get(from)!, indexOf.get(to)!];
    if (begin === end) single.push([begin, expiration]);
    for (let step = steps.from(begin); step < end; step = steps.from(step)) {
      spans[step] = { from: moments[step]!, to: moments[step + 1]!, expiration };
      steps.take(step);
    }
  }
  for (const [index, expiration] of single) {
    const isTold = spans[index] !== undefined || spans[index - 1]?.to === moments[index];
    if (!isTold) spans[index] = { from: moments[index]!, to: moments[index]!, expiration };
  }
  return joined(spans);
}

/** The steps that nobody has taken yet. Each look shortens the way of the next ones past those that are. */
function freeSteps(count: number) {
  const next = Int32Array.from({ length: count + 1 }, (_, index) => index);
  return {
    take: (step: number) => {
      next[step] = step + 1;
    },
    from: (wanted: number) => {
      let step = wanted;
      while (next[step] !== step) {
        next[step] = next[next[step]!]!;
        step = next[step]!;
      }
      return step;
    },
  };
}

/** What was cut only because something began or ended elsewhere is one again; holes of the list are skipped. */
function joined(spans: readonly MinimumValiditySpan[]): MinimumValiditySpan[] {
  const whole: MinimumValiditySpan[] = [];
  spans.forEach((span) => {
    const before = whole.at(-1);
    if (before?.expiration === span.expiration && before.to === span.from) before.to = span.to;
    else whole.push({ ...span });
  });
  return whole;
}
