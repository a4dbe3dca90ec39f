import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { GENERATION_FLAGS } from '../../drawing/generation-flags.ts';
import type { MinimumValiditySpan } from '../../drawing/minimum-validity.ts';
import { findMinimumValiditySpans } from '../../drawing/minimum-validity.ts';
import { type ChartData, type JobLine, unpackSpans } from '../charts/chart-data.ts';
import { computeSawToothScale } from '../charts/saw-tooth-scale.ts';
import { type GenerationRow, unpackGenerations } from '../generations/row.ts';

/** What the chart of one series draws. On its axes are seconds, as uPlot wants them. */
export interface SawToothData {
  rows: GenerationRow[];
  spans: MinimumValiditySpan[];
  /** Of uPlot: moments, and what was left; null between them breaks the line. */
  columns: [number[], (number | null)[]];
  gaps: Span[];
  rotationWindows: Span[];
  failedPolls: Span[];
  jobs: JobLine[];
  worstCase: { at: Instant; seconds: Seconds };
  from: number;
  to: number;
  top: Seconds;
  bottom: Seconds;
}

export function buildSawToothData(data: ChartData): SawToothData {
  const rows = unpackGenerations(data.generations);
  const spans = findMinimumValiditySpans(
    rows.map(({ servedFrom, servedTo, expiration }) => ({
      from: servedFrom,
      to: servedTo,
      generation: { expiration },
    })),
  );
  const { jobs, firstSample, lastSample, worstCase } = data;
  const required = jobs.map((job) => job.required);
  const scale = computeSawToothScale({
    spans,
    firstSample,
    lastSample,
    worstCaseSeconds: worstCase.seconds,
    required,
  });
  return {
    rows,
    spans,
    columns: columnsOf(spans),
    gaps: unpackSpans(data.gaps),
    rotationWindows: rows.flatMap(({ flags, lastSeen, servedTo }) =>
      (flags & GENERATION_FLAGS.window) === 0 ? [] : { from: lastSeen, to: servedTo },
    ),
    failedPolls: unpackSpans(data.failedPolls),
    jobs,
    worstCase,
    from: scale.from / 1000,
    to: scale.to / 1000,
    top: scale.top,
    bottom: scale.bottom,
  };
}

function columnsOf(spans: readonly MinimumValiditySpan[]): SawToothData['columns'] {
  const [moments, left]: SawToothData['columns'] = [[], []];
  let before: MinimumValiditySpan | undefined;
  for (const span of spans) {
    if (before !== undefined && before.to < span.from) {
      moments.push((before.to + span.from) / 2000);
      left.push(null);
    }
    moments.push(span.from / 1000, span.to / 1000);
    left.push((span.expiration - span.from) / 1000, (span.expiration - span.to) / 1000);
    before = span;
  }
  return [moments, left];
}

/** The index of the last span that begins at or before a moment; -1 if there is none. */
export function findLastSpanIndex(spans: readonly Span[], at: Instant): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.from <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What was left at a moment; null where it is not known. */
export function findRemainingAt({ spans }: SawToothData, at: Instant): Seconds | null {
  const span = spans[findLastSpanIndex(spans, at)];
  return span === undefined || span.to < at ? null : Math.floor((span.expiration - at) / 1000);
}
