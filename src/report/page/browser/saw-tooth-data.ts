import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { GENERATION_FLAGS } from '../../drawing/generation-flags.ts';
import { findMinimumValiditySpans, type MinimumValiditySpan } from '../../drawing/minimum-validity.ts';
import type { ChartData, JobLine } from '../charts/chart-data.ts';
import { computeSawToothScale } from '../charts/saw-tooth-scale.ts';
import { unpackGenerations, unpackSpans } from '../packing.ts';

/** The data of one sawtooth chart. uPlot needs seconds on both axes. */
export interface SawToothData {
  spans: MinimumValiditySpan[];
  /** For uPlot: times, and remaining validity. A null interrupts the line. */
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
  const { jobs, worstCase } = data;
  const scale = computeSawToothScale(spans, jobs, data);
  return {
    spans,
    columns: buildColumns(spans),
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

function buildColumns(spans: readonly MinimumValiditySpan[]): SawToothData['columns'] {
  const [times, remaining]: SawToothData['columns'] = [[], []];
  let previous: MinimumValiditySpan | undefined;
  for (const span of spans) {
    if (previous !== undefined && previous.to < span.from) {
      times.push((previous.to + span.from) / 2000);
      remaining.push(null);
    }
    times.push(span.from / 1000, span.to / 1000);
    remaining.push((span.expiration - span.from) / 1000, (span.expiration - span.to) / 1000);
    previous = span;
  }
  return [times, remaining];
}

/** The index of the last span that begins at or before `at`; -1 without one. Spans are in order. */
export function findLastSpanIndex(spans: readonly Span[], at: Instant): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span !== undefined && span.from <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Remaining validity at `at`; null in a gap. */
export function findRemainingAt({ spans }: SawToothData, at: Instant): Seconds | null {
  const span = spans[findLastSpanIndex(spans, at)];
  return span === undefined || span.to < at ? null : Math.floor((span.expiration - at) / 1000);
}
