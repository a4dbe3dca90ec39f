import { findFirstIndex } from '../../../domain/lists.ts';
import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { findMinimumValiditySpans, type ServedSpan } from '../../drawing/minimum-validity.ts';
import { GENERATION_FLAGS } from '../../messages/page.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { unpackGenerations, unpackSpans } from '../charts/packing.ts';
import { computeSawToothScale } from '../charts/saw-tooth-scale.ts';
import type { View } from './zoom.ts';

/** The data of one sawtooth chart. */
export interface SawToothData extends Pick<ChartData, 'jobs' | 'worstCase'> {
  spans: ServedSpan[];
  /** For uPlot: seconds since 1970, and remaining validity. A null interrupts the line. */
  columns: [number[], (number | null)[]];
  gaps: Span[];
  rotationWindows: Span[];
  failedPolls: Span[];
  whole: View;
  top: Seconds;
  bottom: Seconds;
}

export function buildSawToothData(data: ChartData): SawToothData {
  const rows = unpackGenerations(data.generations);
  const spans = findMinimumValiditySpans(
    rows.map(({ servedFrom, servedTo, expiration }) => ({ from: servedFrom, to: servedTo, expiration })),
  );
  const { jobs, worstCase } = data;
  const failedPolls = unpackSpans(data.failedPolls);
  const { from, to, top, bottom } = computeSawToothScale(spans, { ...data, failed: failedPolls });
  return {
    spans,
    columns: buildColumns(spans),
    gaps: unpackSpans(data.gaps),
    rotationWindows: rows
      .filter(({ flags }) => (flags & GENERATION_FLAGS.window) !== 0)
      .map(({ lastSeen, servedTo }) => ({ from: lastSeen, to: servedTo })),
    failedPolls,
    jobs,
    worstCase,
    whole: { from: from / 1000, to: to / 1000 },
    top,
    bottom,
  };
}

function buildColumns(spans: readonly ServedSpan[]): SawToothData['columns'] {
  const [times, remaining]: SawToothData['columns'] = [[], []];
  for (const [index, { from, to, expiration }] of spans.entries()) {
    const previous = spans[index - 1];
    if (previous !== undefined && previous.to < from) {
      times.push((previous.to + from) / 2000);
      remaining.push(null);
    }
    times.push(from / 1000, to / 1000);
    remaining.push((expiration - from) / 1000, (expiration - to) / 1000);
  }
  return [times, remaining];
}

/** Remaining validity at `at`; null in a gap. */
export function findRemainingAt({ spans }: SawToothData, at: Instant): Seconds | null {
  const span = spans[findFirstIndex(spans, ({ from }) => from > at) - 1];
  return span === undefined || span.to < at ? null : Math.floor((span.expiration - at) / 1000);
}
