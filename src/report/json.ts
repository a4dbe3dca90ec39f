import { getHistoryColumns } from '../domain/measurement/columns/column-measurement.ts';
import type { Extremes, Measurement } from '../domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../domain/measurement/validity.ts';
import type { Seconds, Span } from '../domain/model.ts';
import { formatInstant } from '../domain/time/instant.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  findDecisiveJob,
  findJudgement,
} from '../domain/verdict/assessment.ts';
import { findEvidence } from '../domain/verdict/evidence.ts';
import { areTimesKnown } from '../domain/verdict/figures/judged-figures.ts';
import { findLongestSafeJob } from '../domain/verdict/job.ts';
import type { FinishedRun, JobRunSummary } from '../domain/verdict/job-runs.ts';
import type { Job, JobJudgement } from '../domain/verdict/job-verdict.ts';
import type { SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import { toJson } from '../untrusted-text.ts';
import type { ReportContext } from './context.ts';
import { buildKnowledgeJson } from './general-knowledge/json.ts';
import {
  buildFieldsJson,
  buildFindingJson,
  buildIdentityJson,
  buildRangeJson,
  buildReplacementJson,
} from './json-fields.ts';
import { formatNullableInstant } from './text/format-values.ts';
import { joinPieces } from './text/pieces.ts';

/** Only a renamed or removed field needs a new version. */
const REPORT_SCHEMA_VERSION = 1;

/** Names in `snake_case` with the unit last, durations in whole seconds, instants in ISO 8601 with `Z`. */
export const renderJson = (
  assessment: Assessment,
  context: ReportContext,
  presignedUrls: readonly object[] = [],
): Iterable<string> => joinPieces(listParts(assessment, context, presignedUrls));

function* listParts(
  assessment: Assessment,
  { now, margin, generalKnowledge = [] }: ReportContext,
  presignedUrls: readonly object[],
): Generator<string> {
  const { jobs, verdict, series } = assessment;
  const decisive = findDecisiveJob(assessment);
  const document = {
    schema_version: REPORT_SCHEMA_VERSION,
    generated_at: formatInstant(now),
    verdict,
    job: decisive?.job ? buildJob(decisive.job) : null,
    job_runs: decisive && buildJobRuns(decisive),
    jobs: jobs.map((each) => ({
      name: each.name,
      verdict: each.verdict,
      ...buildJob(each.job),
      job_runs: buildJobRuns(each),
    })),
    presigned_urls: presignedUrls,
    general_knowledge: buildKnowledgeJson(generalKnowledge),
  };
  yield `${toJson(document, 2).slice(0, -'\n}'.length)},${LIST_START}`;
  for (const [index, each] of series.entries()) {
    // The list around the series gives its indentation.
    const list = toJson({ series: [buildSeries(each, decisive, margin)] }, 2);
    yield `${index === 0 ? '' : ','}\n${list.slice(`{${LIST_START}\n`.length, -'\n  ]\n}'.length)}`;
  }
  yield series.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
}

const LIST_START = '\n  "series": [';

const buildJob = (job: Job | null) => ({
  duration_seconds: job?.duration ?? null,
  margin_seconds: job?.margin ?? null,
  required_seconds: job && job.duration + job.margin,
});

function buildJobRuns({ name, runs }: AssessedJob) {
  if (runs === null) return null;
  const { runCount, unfinishedCount, failedCount, finished, running }: JobRunSummary = runs;
  return {
    job_name: name,
    run_count: runCount,
    unfinished_count: unfinishedCount,
    failed_count: failedCount,
    duration: finished && buildExtremes(finished.duration),
    longest_run: finished && buildRun(finished.longest),
    least_remaining_run: finished && buildRun(finished.leastRemainingRun),
    running_seconds: running?.elapsedSeconds ?? null,
  };
}

function buildRun({ identity, startedAt, remainingAtStart, end }: FinishedRun) {
  return {
    ...buildIdentityJson(identity),
    started_at: formatInstant(startedAt),
    remaining_at_start_seconds: remainingAtStart,
    duration_seconds: end.duration,
    exit_code: end.exitCode,
    remaining_at_end_seconds: end.remainingAtEnd,
  };
}

function buildSeries(series: AssessedSeries, decisive: AssessedJob | null, margin: Seconds) {
  const { analysis, isRetired, replacedBy, judgements } = series;
  const judgement = decisive && findJudgement(series, decisive);
  const { identity, isPolled, measurement, age, maxAge, failedPolls, findings } = analysis;
  // Not one literal with spreads: for large objects, V8 takes ten times as long.
  return Object.assign(
    buildIdentityJson(identity),
    {
      polled: isPolled,
      retired: isRetired,
      replaced_by: replacedBy && buildReplacementJson(replacedBy),
      judgement: judgement && buildJudgement(judgement),
      judgements: judgements.map((each) => ({
        job_name: each.job.name,
        job_duration_seconds: each.job.duration,
        ...buildJudgement(each),
      })),
      newest_sample_age_seconds: age,
      max_age_seconds: maxAge,
    },
    measurement === null ? { sample_count: 0 } : buildMeasurement(measurement, analysis, margin),
    { failed_polls: failedPolls.map(buildFieldsJson), findings: findings.map(buildFindingJson) },
  );
}

const buildJudgement = (judgement: JobJudgement) => ({
  verdict: judgement.verdict,
  required_seconds: judgement.required,
  spare_seconds: judgement.spare,
  spare_used_up_at: formatNullableInstant(judgement.spareUsedUpAt),
  share_of_safe_starts: judgement.shareOfSafeStarts,
  safe_after_rotation_seconds: judgement.safeTimeAfterRotation,
  unknown_reasons: judgement.unknownReasons.map(({ code }) => code),
});

function buildMeasurement(
  measurement: Measurement,
  series: Pick<SeriesAnalysis, 'isPolled' | 'findings'>,
  margin: Seconds,
) {
  const { rotationInterval, validityWhenIssued, sampledMinimum, worstCase, witnessedCount: n } = measurement;
  const evidence = findEvidence(measurement);
  const { generations, rotations } = getHistoryColumns(measurement);
  return {
    sample_count: measurement.sampleCount,
    generation_count: generations.count,
    first_sample_at: formatInstant(measurement.firstSample),
    last_sample_at: formatInstant(measurement.lastSample),
    usual_gap_seconds: measurement.usualGap,
    watched_seconds: measurement.watchedTime,
    watched_share: measurement.watchedShare,
    gaps: measurement.gaps.map(buildSpan),
    rotation_count: rotations.count,
    witnessed_rotation_count: n,
    rotation_interval: rotationInterval && buildExtremes(rotationInterval),
    rotation_window_length: measurement.rotationWindow && buildExtremes(measurement.rotationWindow),
    validity_when_issued: validityWhenIssued && buildRangeJson(validityWhenIssued),
    sampled_minimum: { remaining_seconds: sampledMinimum.seconds, at: formatInstant(sampledMinimum.at) },
    worst_case: {
      remaining_seconds: worstCase.seconds,
      at: formatInstant(worstCase.at),
      at_rotation: worstCase.rotation !== null,
      rotation_dated: worstCase.rotation?.isDated ?? null,
      rotation_window: worstCase.rotation && buildSpan(worstCase.rotation.window),
    },
    overstatement_seconds: measurement.overstatement,
    lag_seconds: measurement.lag,
    issued_per_request: measurement.isIssuedPerRequest,
    several_endpoints: measurement.severalEndpoints !== null,
    longest_safe_job_seconds: areTimesKnown(series) ? findLongestSafeJob(measurement, margin) : null,
    safe_starts: computeSafeStartsCurve(measurement, margin).map(({ jobDuration, share }) => ({
      job_duration_seconds: jobDuration,
      share,
    })),
    evidence: {
      witnessed_rotation_count: n,
      watched_seconds: measurement.watchedTime,
      watched_day_count: evidence.watchedDays,
      max_chance_next_rotation_is_worse: evidence.nextRotationChance,
      max_chance_next_day_is_worse: evidence.nextDayChance,
      estimated_chance_random_start_is_worse: evidence.randomStartChance,
    },
  };
}

const buildExtremes = ({ min, median, max }: Extremes) => ({
  min_seconds: min,
  median_seconds: median,
  max_seconds: max,
});

const buildSpan = ({ from, to }: Span) => ({ from: formatInstant(from), to: formatInstant(to) });
