import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import type { GenerationRows } from '../generations/generation-row.ts';
import { formatJobLabel, getTone, type Tone } from '../verdicts.ts';
import { type PackedGenerations, type PackedSpans, packGenerations, packSpans } from './packing.ts';

/** The required validity of a job, drawn as a horizontal line. */
export interface JobLine {
  name: string;
  required: Seconds;
  tone: Tone;
}

export const buildJobLine = ({ job, required, verdict }: JobJudgement): JobLine => ({
  name: formatJobLabel(job),
  required,
  tone: getTone(verdict),
});

/** `5h job + 5m margin`. */
export const describeJobLine = ({ job }: JobJudgement): string =>
  `${formatJobLabel(job)} job${job.margin === 0 ? '' : ` + ${duration(job.margin)} margin`}`;

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
    firstSample,
    lastSample,
    worstCase: { at: worstCase.at, seconds: worstCase.seconds },
  };
}
