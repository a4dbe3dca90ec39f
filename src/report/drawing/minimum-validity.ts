import type { ServedPeriod } from '../../domain/measurement/measurement.ts';
import type { Instant, Span } from '../../domain/model.ts';

/** In this span, the served credentials with the earliest expiration expire at `expiration`. */
export interface MinimumValiditySpan extends Span {
  expiration: Instant;
}

type PeriodWithExpiration = Span & { generation: Pick<ServedPeriod['generation'], 'expiration'> };

/**
 * The worst credentials that a job could have got, over time: the served periods in order and without
 * overlaps. A generation sampled once between two gaps gives a span of length 0.
 */
export function findMinimumValiditySpans(periods: readonly PeriodWithExpiration[]): MinimumValiditySpan[] {
  const instants = [...new Set(periods.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const indexOf = new Map(instants.map((instant, index) => [instant, index]));
  const steps = new FreeSteps(instants.length);
  /** Indexed by the first step of each span. */
  const spans: (MinimumValiditySpan | undefined)[] = [];
  const empty: [index: number, span: MinimumValiditySpan][] = [];
  for (const { from, to, generation } of periods.toSorted(byExpiration)) {
    const { expiration } = generation;
    const [begin = 0, end = 0] = [indexOf.get(from), indexOf.get(to)];
    if (begin === end) empty.push([begin, { from, to, expiration }]);
    for (let step = steps.findFrom(begin); step < end; step = steps.findFrom(step)) {
      const [stepFrom = from, stepTo = to] = [instants[step], instants[step + 1]];
      spans[step] = { from: stepFrom, to: stepTo, expiration };
      steps.take(step);
    }
  }
  for (const [index, span] of empty) {
    const isCovered = spans[index] !== undefined || spans[index - 1]?.to === span.from;
    if (!isCovered) spans[index] = span;
  }
  return joinAdjacent(spans);
}

const byExpiration = (a: PeriodWithExpiration, b: PeriodWithExpiration) =>
  a.generation.expiration - b.generation.expiration;

/** Steps that no span covers yet. Shortcuts (as in union-find) make all searches nearly linear. */
class FreeSteps {
  /** For each step, a step that is not before the next free one; a free step points to itself. */
  readonly #next: Int32Array;

  constructor(count: number) {
    this.#next = Int32Array.from({ length: count + 1 }, (_, index) => index);
  }

  take(step: number): void {
    this.#next[step] = step + 1;
  }

  /** The first free step at or after `start`. */
  findFrom(start: number): number {
    let step = start;
    for (;;) {
      const next = this.#next[step] ?? step;
      if (next === step) return step;
      const shortcut = this.#next[next] ?? next;
      this.#next[step] = shortcut;
      step = shortcut;
    }
  }
}

/** Joins spans that were divided only because another period begins or ends between them. */
function joinAdjacent(spans: readonly (MinimumValiditySpan | undefined)[]): MinimumValiditySpan[] {
  const joined: MinimumValiditySpan[] = [];
  for (const span of spans) {
    if (span === undefined) continue;
    const previous = joined.at(-1);
    if (previous?.expiration === span.expiration && previous.to === span.from) previous.to = span.to;
    else joined.push({ ...span });
  }
  return joined;
}
