import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { GENERATION_FLAGS } from '../../drawing/generation-flags.ts';
import type { LeastValidity } from '../../drawing/least-validity.ts';
import { leastValidity } from '../../drawing/least-validity.ts';
import { type ChartData, type JobLine, unpackSpans } from '../charts/chart-data.ts';
import { sawToothScale } from '../charts/saw-tooth-scale.ts';
import { type GenerationRow, unpackGenerations } from '../generations/row.ts';

/** What the chart of one series draws. On its axes are seconds, as uPlot wants them. */
export interface SawTooth {
  rows: GenerationRow[];
  spans: LeastValidity[];
  /** Of uPlot: moments, and what was left; null between them breaks the line. */
  columns: [number[], (number | null)[]];
  gaps: Span[];
  windows: Span[];
  failedPolls: Span[];
  jobs: JobLine[];
  worst: { at: Instant; seconds: Seconds };
  from: number;
  to: number;
  top: Seconds;
  bottom: Seconds;
}

export function sawTooth(data: ChartData): SawTooth {
  const rows = unpackGenerations(data.generations);
  const spans = leastValidity(
    rows.map(({ from, to, expiration }) => ({ from, to, generation: { expiration } })),
  );
  const { jobs, first, last, worst } = data;
  const required = jobs.map((job) => job.required);
  const scale = sawToothScale({ spans, first, last, worst: worst.seconds, required });
  return {
    rows,
    spans,
    columns: columnsOf(spans),
    gaps: unpackSpans(data.gaps),
    windows: rows.flatMap(({ notes, lastSeen, to }) =>
      (notes & GENERATION_FLAGS.window) === 0 ? [] : { from: lastSeen, to },
    ),
    failedPolls: unpackSpans(data.failedPolls),
    jobs,
    worst,
    from: scale.from / 1000,
    to: scale.to / 1000,
    top: scale.top,
    bottom: scale.bottom,
  };
}

function columnsOf(spans: readonly LeastValidity[]): SawTooth['columns'] {
  const [moments, left]: SawTooth['columns'] = [[], []];
  let before: LeastValidity | undefined;
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
export function lastFrom(spans: readonly Span[], at: Instant): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.from <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What was left at a moment; null where it is not known. */
export function leftAt({ spans }: SawTooth, at: Instant): Seconds | null {
  const span = spans[lastFrom(spans, at)];
  return span === undefined || span.to < at ? null : Math.floor((span.expiration - at) / 1000);
}
