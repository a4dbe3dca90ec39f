import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { formatWorstCase } from '../../messages/measurements.ts';
import type { GenerationRow } from '../generations/generation-row.ts';
import { formatJobLabel, getTone, type Tone } from '../verdicts.ts';
import { type PackedGenerations, type PackedSpans, packGenerations, packSpans } from './packing.ts';

/** The required validity of a job, drawn as a horizontal line. */
export interface JobLine {
  name: string;
  /** The text at the line: `5h job + 5m margin`. */
  label: string;
  required: Seconds;
  tone: Tone;
}

export function buildJobLine({ job, required, verdict }: JobJudgement): JobLine {
  const name = formatJobLabel(job);
  const margin = job.margin === 0 ? '' : ` + ${duration(job.margin)} margin`;
  return { name, label: `${name} job${margin}`, required, tone: getTone(verdict) };
}

/** The data of one series for the script of the page. It never contains key ids. */
export interface ChartData extends Pick<Measurement, 'firstSample' | 'lastSample'> {
  generations: PackedGenerations;
  gaps: PackedSpans;
  failedPolls: PackedSpans;
  jobs: readonly JobLine[];
  worstCase: { at: Instant; seconds: Seconds };
  worstCaseText: string;
}

export function buildChartData(
  { firstSample, lastSample, worstCase, gaps }: Measurement,
  generations: readonly GenerationRow[],
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
    worstCaseText: formatWorstCase(worstCase),
  };
}
