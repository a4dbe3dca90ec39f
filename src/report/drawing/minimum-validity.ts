import { minBy } from '../../domain/measurement/statistics.ts';
import type { Instant, Span } from '../../domain/model.ts';

/** Credentials that expire at `expiration` are served in this span. */
export interface ServedSpan extends Span {
  expiration: Instant;
}

/**
 * The worst credentials that a job could have got, over time: the served spans with the earliest expiration,
 * in order and without overlaps. Credentials sampled once between two gaps give a span of length 0.
 */
export function findMinimumValiditySpans(all: readonly ServedSpan[]): ServedSpan[] {
  return areInTurn(all) ? joinAdjacentSpans(all) : findOverlappingMinimum(all);
}

/** Whether each span begins after the previous one, and not before its end, as with one endpoint. */
const areInTurn = (all: readonly ServedSpan[]): boolean =>
  all.every(({ from }, index) => {
    const previous = all[index - 1];
    return previous === undefined || (from > previous.from && from >= previous.to);
  });

function joinAdjacentSpans(all: readonly ServedSpan[]): ServedSpan[] {
  const spans: ServedSpan[] = [];
  let previous: ServedSpan | undefined;
  for (const span of all) {
    const { from, to, expiration } = span;
    const isAdjacent = previous?.to === from;
    if (isAdjacent && to === from) continue;
    if (isAdjacent && previous?.expiration === expiration) {
      previous = { ...previous, to };
      spans[spans.length - 1] = previous;
      continue;
    }
    previous = span;
    spans.push(span);
  }
  return spans;
}

function findOverlappingMinimum(all: readonly ServedSpan[]): ServedSpan[] {
  const instants = [...new Set(all.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const waiting = all.toSorted((a, b) => b.from - a.from);
  const spans: ServedSpan[] = [];
  let served: ServedSpan[] = [];
  for (const [index, from] of instants.entries()) {
    served = served.filter(({ to }) => to > from);
    const empty: ServedSpan[] = [];
    for (let next = waiting.at(-1); next?.from === from; next = waiting.at(-1)) {
      (next.to > from ? served : empty).push(next);
      waiting.pop();
    }
    const [worst, worstEmpty] = [findWorst(served), findWorst(empty)];
    const previous = spans.at(-1);
    const isAdjacent = previous?.to === from;
    const to = instants[index + 1] ?? from;
    if (worst === null) {
      if (worstEmpty !== null && !isAdjacent) spans.push({ ...worstEmpty });
    } else if (isAdjacent && previous.expiration === worst.expiration) previous.to = to;
    else spans.push({ from, to, expiration: worst.expiration });
  }
  return spans;
}

const findWorst = (spans: readonly ServedSpan[]) => minBy(spans, ({ expiration }) => expiration);
