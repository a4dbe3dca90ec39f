import { compareBytes } from '../domain/lists.ts';
import { findMaxDistanceInSpan } from '../domain/measurement/columns/failed-poll-distance.ts';
import type { RecordedColumns } from '../domain/measurement/columns/generation-columns.ts';
import type { Period } from '../domain/measurement/columns/select-period.ts';
import type { FailedPollCount, SourceName, Span } from '../domain/model.ts';
import { joinSpans } from '../domain/time/spans.ts';

/** The failed polls of one host and source with one reason, of one UTC day or of a longer time. */
export interface FailedPollGroup extends FailedPollCount {
  host: string;
  source: SourceName;
  /** Times in which every poll failed for this reason. */
  spans: readonly Span[];
}

/** The most frequent reason is first. */
export function countByReason(groups: readonly FailedPollGroup[]): FailedPollCount[] {
  const counts = new Map<string, FailedPollCount>();
  for (const { reason, count, firstAt, lastAt, lastDetail } of groups) {
    const known = counts.get(reason);
    if (known === undefined) {
      counts.set(reason, { reason, count, firstAt, lastAt, lastDetail });
      continue;
    }
    known.count += count;
    known.firstAt = Math.min(known.firstAt, firstAt);
    if (lastAt > known.lastAt || (lastAt === known.lastAt && compareBytes(lastDetail, known.lastDetail) < 0))
      known.lastDetail = lastDetail;
    known.lastAt = Math.max(known.lastAt, lastAt);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || compareBytes(a.reason, b.reason));
}

export function joinFailedSpans(
  groups: readonly FailedPollGroup[],
  generations: RecordedColumns,
  { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: Period,
): Span[] {
  const spans = groups.flatMap((group) =>
    group.spans
      .filter(({ from, to }) => to >= since && from <= until)
      .map(({ from, to }) => ({ from: Math.max(from, since), to: Math.min(to, until) })),
  );
  return joinSpans(spans, findMaxDistanceInSpan(generations));
}
