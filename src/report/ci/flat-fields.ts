import { getHistoryColumns } from '../../domain/measurement/columns/column-measurement.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { getStatedShare, getStatedSpare } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { formatNullableInstant } from '../text/format-values.ts';

/** Null if unknown. */
export type FieldValue = number | string | null;

/** Fields for formats without nesting. A name is the path of the JSON field, joined by `_`. */
const MEASUREMENT_FIELDS: Record<string, (measurement: Measurement) => FieldValue> = {
  worst_case_remaining_seconds: ({ worstCase }) => worstCase.seconds,
  worst_case_at: ({ worstCase }) => formatInstant(worstCase.at),
  sampled_minimum_remaining_seconds: ({ sampledMinimum }) => sampledMinimum.seconds,
  rotation_interval_min_seconds: ({ rotationInterval }) => rotationInterval?.min ?? null,
  rotation_interval_median_seconds: ({ rotationInterval }) => rotationInterval?.median ?? null,
  rotation_interval_max_seconds: ({ rotationInterval }) => rotationInterval?.max ?? null,
  validity_when_issued_min_seconds: ({ validityWhenIssued }) => validityWhenIssued?.min ?? null,
  validity_when_issued_max_seconds: ({ validityWhenIssued }) => validityWhenIssued?.max ?? null,
  witnessed_rotation_count: ({ witnessedCount }) => witnessedCount,
  rotation_count: (measurement) => getHistoryColumns(measurement).rotations.count,
  watched_seconds: ({ watchedTime }) => watchedTime,
  watched_share: ({ watchedShare }) => watchedShare,
  sample_count: ({ sampleCount }) => sampleCount,
  generation_count: (measurement) => getHistoryColumns(measurement).generations.count,
  first_sample_at: ({ firstSample }) => formatInstant(firstSample),
  last_sample_at: ({ lastSample }) => formatInstant(lastSample),
};

const ANALYSIS_FIELDS: Record<string, (analysis: SeriesAnalysis) => FieldValue> = {
  failed_poll_count: ({ failedPolls }) => failedPolls.reduce((sum, { count }) => sum + count, 0),
  findings: ({ findings }) => findings.map(({ code }) => code).join(' '),
};

const JUDGEMENT_FIELDS: Record<string, (judgement: JobJudgement) => FieldValue> = {
  verdict: ({ verdict }) => verdict,
  job_duration_seconds: ({ job }) => job.duration,
  margin_seconds: ({ job }) => job.margin,
  required_seconds: ({ required }) => required,
  spare_seconds: getStatedSpare,
  spare_used_up_at: ({ spareUsedUpAt }) => formatNullableInstant(spareUsedUpAt),
  share_of_safe_starts: getStatedShare,
};

export const SERIES_FIELD_NAMES = [...Object.keys(MEASUREMENT_FIELDS), ...Object.keys(ANALYSIS_FIELDS)];
export const VERDICT_FIELD_NAMES = Object.keys(JUDGEMENT_FIELDS);

export const buildSeriesFields = (analysis: SeriesAnalysis): Record<string, FieldValue> => ({
  ...(analysis.measurement === null ? {} : computeFields(MEASUREMENT_FIELDS, analysis.measurement)),
  ...computeFields(ANALYSIS_FIELDS, analysis),
});

export const buildVerdictFields = (judgement: JobJudgement): Record<string, FieldValue> =>
  computeFields(JUDGEMENT_FIELDS, judgement);

const computeFields = <T>(
  fields: Record<string, (subject: T) => FieldValue>,
  subject: T,
): Record<string, FieldValue> =>
  Object.fromEntries(Object.entries(fields).map(([name, compute]) => [name, compute(subject)]));
