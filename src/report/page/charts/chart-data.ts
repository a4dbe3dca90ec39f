import { listGenerationFacts } from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { buildGenerationRow } from '../generations/row.ts';
import { getTone, type Tone } from '../icons.ts';
import { type PackedGenerations, type PackedSpans, packGenerations, packSpans } from '../packing.ts';
import { formatJobLabel, formatJobLineLabel } from './job-labels.ts';

/** The required validity of a job, drawn as a horizontal line. */
export interface JobLine {
  name: string;
  /** The text at the line. Unlike the name, it states the margin. */
  label: string;
  required: Seconds;
  tone: Tone;
}

/** The data of one series for the script of the page. It never contains key ids. */
export interface ChartData {
  generations: PackedGenerations;
  gaps: PackedSpans;
  failedPolls: PackedSpans;
  jobs: JobLine[];
  firstSample: Instant;
  lastSample: Instant;
  worstCase: { at: Instant; seconds: Seconds };
}

export function buildChartData(
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  failed: readonly Span[],
): ChartData {
  const { firstSample, lastSample, worstCase, gaps } = measurement;
  const facts = listGenerationFacts(measurement);
  return {
    generations: packGenerations(
      facts.map((each, index) => buildGenerationRow(each, index === facts.length - 1)),
    ),
    gaps: packSpans(gaps),
    failedPolls: packSpans(failed),
    jobs: judgements.map(({ job, required, verdict }) => ({
      name: formatJobLabel(job),
      label: formatJobLineLabel(job),
      required,
      tone: getTone(verdict),
    })),
    firstSample,
    lastSample,
    worstCase: { at: worstCase.at, seconds: worstCase.seconds },
  };
}
