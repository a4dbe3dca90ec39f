import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { floorToSecond } from '../../../domain/time/instant.ts';
import type { GenerationRows } from '../generations/generation-row.ts';
import type { JobLine } from './job-lines.ts';
import { type PackedGenerations, type PackedSpans, packGenerations, packSpans } from './packing.ts';

/** The data of one series for the script of the page. It never contains key ids. */
export interface ChartData extends Pick<Measurement, 'firstSample' | 'lastSample'> {
  generations: PackedGenerations;
  gaps: PackedSpans;
  failedPolls: PackedSpans;
  jobs: readonly JobLine[];
  worstCase: { at: Instant; seconds: Seconds };
}

export function buildChartData(
  { firstSample, lastSample, worstCase, gaps }: Measurement,
  generations: GenerationRows,
  jobs: readonly JobLine[],
  failed: readonly Span[],
): ChartData {
  return {
    generations: packGenerations(generations),
    gaps: packSpans(gaps),
    failedPolls: packSpans(failed),
    jobs,
    // Whole seconds, like the generations. Otherwise the axis and the worst case of a young series would extend beyond the curve.
    firstSample: floorToSecond(firstSample),
    lastSample: floorToSecond(lastSample),
    worstCase: { at: floorToSecond(worstCase.at), seconds: worstCase.seconds },
  };
}
