import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { formatNullableInstant } from '../text/format-values.ts';

/** Null where it is not known. */
export type FieldValue = number | string | null;

/** For formats without structure: the figures of a series under the names of JSON, with what it nests in front. */
const MEASURED: Record<string, (measurement: Measurement) => FieldValue> = {
  worst_case_remaining_seconds: ({ worstCase }) => worstCase.seconds,
  worst_case_at: ({ worstCase }) => formatNullableInstant(worstCase.at),
  sampled_minimum_remaining_seconds: ({ sampledMinimum }) => sampledMinimum.seconds,
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
  first_sample_at: ({ firstSample }) => formatNullableInstant(firstSample),
  last_sample_at: ({ lastSample }) => formatNullableInstant(lastSample),
};

const ANALYSED: Record<string, (analysis: SeriesAnalysis) => FieldValue> = {
  failed_poll_count: ({ failedPolls }) => failedPolls.reduce((sum, { count }) => sum + count, 0),
  findings: ({ findings }) => findings.map(({ code }) => code).join(' '),
};

const JUDGED: Record<string, (verdict: JobJudgement) => FieldValue> = {
  verdict: ({ verdict }) => verdict,
  job_duration_seconds: ({ job }) => job.duration,
  margin_seconds: ({ job }) => job.margin,
  required_seconds: ({ required }) => required,
  spare_seconds: ({ spare }) => spare,
  share_of_safe_starts: ({ shareOfSafeStarts }) => shareOfSafeStarts,
};

export const SERIES_FIELD_NAMES = [...Object.keys(MEASURED), ...Object.keys(ANALYSED)];
export const VERDICT_FIELD_NAMES = Object.keys(JUDGED);

export const buildSeriesFields = (analysis: SeriesAnalysis): Record<string, FieldValue> => ({
  ...(analysis.measurement === null ? {} : take(MEASURED, analysis.measurement)),
  ...take(ANALYSED, analysis),
});

export const buildVerdictFields = (verdict: JobJudgement): Record<string, FieldValue> =>
  take(JUDGED, verdict);

const take = <T>(figures: Record<string, (of: T) => FieldValue>, of: T): Record<string, FieldValue> =>
  Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, figure(of)]));
