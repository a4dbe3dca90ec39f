import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { JobVerdict } from '../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { instantJson } from '../text/writing.ts';

/** Null where it is not known. */
export type Figure = number | string | null;

/** For formats without structure: the figures of a series under the names of JSON, with what it nests in front. */
const MEASURED: Record<string, (measurement: Measurement) => Figure> = {
  worst_case_seconds: ({ worstCase }) => worstCase.seconds,
  worst_case_at: ({ worstCase }) => instantJson(worstCase.at),
  sampled_minimum_seconds: ({ sampledMinimum }) => sampledMinimum.seconds,
  rotation_interval_min_seconds: ({ rotationInterval }) => rotationInterval?.min ?? null,
  rotation_interval_median_seconds: ({ rotationInterval }) => rotationInterval?.median ?? null,
  rotation_interval_max_seconds: ({ rotationInterval }) => rotationInterval?.max ?? null,
  validity_when_issued_min_seconds: ({ validityWhenIssued }) => validityWhenIssued?.min ?? null,
  validity_when_issued_max_seconds: ({ validityWhenIssued }) => validityWhenIssued?.max ?? null,
  witnessed_rotation_count: ({ witnessedCount }) => witnessedCount,
  rotation_count: ({ rotations }) => rotations.length,
  watched_seconds: ({ watchedTime }) => watchedTime,
  sample_count: ({ sampleCount }) => sampleCount,
  generation_count: ({ generations }) => generations.length,
  first_sample: ({ firstSample }) => instantJson(firstSample),
  last_sample: ({ lastSample }) => instantJson(lastSample),
};

const ANALYSED: Record<string, (analysis: SeriesAnalysis) => Figure> = {
  failed_poll_count: ({ failedPolls }) => failedPolls.reduce((sum, { count }) => sum + count, 0),
  findings: ({ findings }) => findings.map(({ code }) => code).join(' '),
};

const JUDGED: Record<string, (verdict: JobVerdict) => Figure> = {
  verdict: ({ verdict }) => verdict,
  job_duration_seconds: ({ job }) => job.duration,
  margin_seconds: ({ job }) => job.margin,
  required_seconds: ({ required }) => required,
  spare_seconds: ({ spare }) => spare,
  share_of_safe_starts: ({ shareOfSafeStarts }) => shareOfSafeStarts,
};

export const SERIES_FIGURES = [...Object.keys(MEASURED), ...Object.keys(ANALYSED)];
export const VERDICT_FIGURES = Object.keys(JUDGED);

export const seriesFigures = (analysis: SeriesAnalysis): Record<string, Figure> => ({
  ...(analysis.measurement === null ? {} : take(MEASURED, analysis.measurement)),
  ...take(ANALYSED, analysis),
});

export const verdictFigures = (verdict: JobVerdict): Record<string, Figure> => take(JUDGED, verdict);

const take = <T>(figures: Record<string, (of: T) => Figure>, of: T): Record<string, Figure> =>
  Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, figure(of)]));
