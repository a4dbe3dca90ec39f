import { listGenerationFacts } from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import type { JobJudgement } from '../../../domain/verdict/job-verdict.ts';
import { buildGenerationRow, type PackedGenerations, packGenerations } from '../generations/row.ts';
import { getTone, type Tone } from '../tones.ts';
import { formatJobLabel, formatJobLineLabel } from './job-line.ts';

/** A job whose need is a line across remaining validity. */
export interface JobLine {
  name: string;
  label: string;
  required: Seconds;
  tone: Tone;
}

/** What the script of the page draws of one series. Never the key of a generation. */
export interface ChartData {
  generations: PackedGenerations;
  gaps: PackedSpans;
  failedPolls: PackedSpans;
  jobs: JobLine[];
  firstSample: Instant;
  lastSample: Instant;
  worstCase: { at: Instant; seconds: Seconds };
}

/** Seconds: from the end of the one before to the beginning, and from there to its end. */
export type PackedSpans = number[];

export function buildChartData(
  measurement: Measurement,
  verdicts: readonly JobJudgement[],
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
    jobs: verdicts.map(({ job, required, verdict }) => ({
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

export function packSpans(spans: readonly Span[]): PackedSpans {
  let before = 0;
  return spans.flatMap(({ from, to }) => {
    const [begin, end] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
    const packed = [begin - before, end - begin];
    before = end;
    return packed;
  });
}

export function unpackSpans(packed: PackedSpans): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (let index = 0; index < packed.length; index += 2) {
    const from = at + packed[index]!;
    at = from + packed[index + 1]!;
    spans.push({ from: from * 1000, to: at * 1000 });
  }
  return spans;
}
